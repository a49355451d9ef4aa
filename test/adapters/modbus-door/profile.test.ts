import assert from 'node:assert/strict';
import { planReads } from '../../../adapters/modbus-door/poll-plan.ts';
import { watchedOf } from '../../../adapters/modbus-door/points.ts';
import { parseProfile, profiles } from '../../../adapters/modbus-door/profile.ts';
import { servedUnits } from '../../../adapters/modbus-door/served.ts';
import { ConfigurationError } from '../../../src/adapter/contract.ts';
import { door, optionsFor, reader } from './site.ts';

const minimal = 'title: T\nmanual: M\n';

describe('the device profiles of the Modbus doors', () => {
  it('are the files of their folder', () => {
    assert.deepEqual([...profiles.keys()].sort(), ['adam-6052', 'iologik-e1214', 'sallyport-d32', 'sallyport-d4', 'waveshare-rtu-relay-8']);
  });

  it('give a door its addresses by its number', () => {
    const [unit] = servedUnits(optionsFor(1, { profile: 'sallyport-d4' }), [door('a', { door: 3 }), reader('r', { reader: 3 })]);
    const [served] = unit!.doors;
    assert.deepEqual(served?.signals.contact, { discreteInput: 16, activeWhen: 1 });
    assert.deepEqual(served?.signals.fault, { discreteInput: 22, activeWhen: 1 });
    assert.deepEqual(served?.commands.access, { holdingRegister: 32, value: 3 });
    assert.deepEqual(unit?.readers[0]?.counter, { inputRegister: 768 });
    assert.deepEqual(unit?.readers[0]?.acknowledged, { holdingRegister: 34 });
    assert.deepEqual(unit?.clock, { inputRegister: 3 });
  });

  it('read all doors of a big controller in one piece, and all its readers in another', () => {
    const points = Array.from({ length: 32 }, (_, index) => [
      door(`door-${index + 1}`, { door: index + 1 }),
      reader(`reader-${index + 1}`, { reader: index + 1 }),
    ]);
    const [unit] = servedUnits(optionsFor(1, { profile: 'sallyport-d32' }), points.flat());
    assert.deepEqual(
      planReads(watchedOf(unit!).signals, unit!.limits).map(({ table, address, count }) => [table, address, count]),
      [['discreteInput', 0, 255]],
    );
    assert.deepEqual(
      planReads(watchedOf(unit!).counters, unit!.limits).map(({ table, address, count }) => [table, address, count]),
      [['inputRegister', 16, 32]],
    );
  });

  it('leave to the site file what a door has otherwise, or not at all', () => {
    const at = { door: 2, without: ['forced'], tamper: { coil: 99 }, commands: { unlock: { coil: 7, value: 1 } } };
    const [unit] = servedUnits(optionsFor(1, { profile: 'sallyport-d4' }), [door('a', at)]);
    const [served] = unit!.doors;
    assert.equal(served?.signals.forced, undefined);
    assert.deepEqual(served?.signals.tamper, { coil: 99, activeWhen: 1 });
    assert.deepEqual(served?.commands.unlock, { coil: 7, value: 1 });
    assert.deepEqual(served?.commands.lock, { holdingRegister: 16, value: 1 });
  });

  it('may differ from unit to unit of one line', () => {
    const options = optionsFor(1, { profile: 'sallyport-d4', units: [{ unit: 7, profile: 'adam-6052' }] });
    const units = servedUnits(options, [door('a', { door: 1 }), door('b', { unit: 7, door: 2 })]);
    assert.deepEqual(
      units.map(({ unit, doors }) => [unit, doors[0]?.signals.contact]),
      [
        [1, { discreteInput: 0, activeWhen: 1 }],
        [7, { coil: 2, activeWhen: 1 }],
      ],
    );
  });

  for (const [what, options, at, message] of [
    ['a door beyond the last', { profile: 'adam-6052' }, { door: 5 }, /^door-a: its profile has doors 1 to 4, no door 5$/],
    ['a door by its number without a profile', {}, { door: 1 }, /^door-a: "door: 1" needs a profile/],
  ] as const) {
    it(`refuse ${what}, naming it`, () => {
      assert.throws(
        () => servedUnits(optionsFor(1, options), [door('door-a', at)]),
        (error) => error instanceof ConfigurationError && message.test(error.message),
      );
    });
  }

  it('refuse a reader where there is none', () => {
    assert.throws(
      () => servedUnits(optionsFor(1, { profile: 'adam-6052' }), [reader('r', { reader: 1 })]),
      /r: its profile has no readers, no reader 1/,
    );
    assert.throws(
      () => servedUnits(optionsFor(1), [reader('r', { counter: { inputRegister: 1 } })]),
      /r: a reader needs "counter", "log" and "entries"/,
    );
  });

  for (const [what, text, message] of [
    ['an unknown field', `${minimal}dors: 4`, /profiles\/x\.yaml is wrong: .*dors/],
    ['doors without addresses', `${minimal}doors: 4`, /door: is missing although there are doors/],
    ['an address beyond the last', `${minimal}doors: 1\ndoor: { contact: { coil: 70000 } }`, /door\.contact/],
    ['a missing title', 'manual: M', /title/],
  ] as const) {
    it(`are refused with ${what}, naming file and field`, () => {
      assert.throws(() => parseProfile(text, 'profiles/x.yaml'), message);
    });
  }

  it('say how much is read at once, across which gaps, and what never', () => {
    const plan = (name: string, doors: number[], more = {}) => {
      const [unit] = servedUnits(
        optionsFor(1, { profile: name, ...more }),
        doors.map((number) => door(`door-${number}`, { door: number })),
      );
      return planReads(watchedOf(unit!).signals, unit!.limits).map(({ table, address, count }) => `${table} ${address}+${count}`);
    };
    assert.deepEqual(plan('sallyport-d4', [1, 2, 3, 4]), ['discreteInput 0+31']);
    assert.deepEqual(plan('adam-6052', [1, 2, 3, 4]), ['coil 0+8', 'coil 16+4']);
    const items = [10, 14, 20].map((address) => ({ table: 'holdingRegister' as const, address, count: 1, rank: 0, name: String(address) }));
    const limits = { bits: { most: 8, across: 0 }, registers: { most: 8, across: 5 }, never: [] };
    const summary = (more: object) => planReads(items, { ...limits, ...more }).map(({ address, count }) => `${address}+${count}`);
    assert.deepEqual(summary({}), ['10+5', '20+1']);
    assert.deepEqual(summary({ registers: { most: 125, across: 5 } }), ['10+11']);
    assert.deepEqual(summary({ never: [{ table: 'holdingRegister', address: 12, count: 1 }] }), ['10+1', '14+7']);
    assert.deepEqual(summary({ never: [{ table: 'coil', address: 12, count: 1 }] }), ['10+5', '20+1']);
  });
});

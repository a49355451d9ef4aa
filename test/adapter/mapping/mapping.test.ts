import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ConfigurationError } from '../../../src/adapter/contract.ts';
import { readyMapping } from '../../../src/adapter/mapping/check.ts';
import { compile } from '../../../src/adapter/mapping/expression.ts';
import { parseJson } from '../../../src/adapter/mapping/json.ts';
import type { Mapped } from '../../../src/adapter/mapping/mapping.ts';
import { PointIndex } from '../../../src/adapter/mapping/point-index.ts';
import type { Mapping } from '../../../src/adapter/mapping/schema.ts';

const variables = { payload: 'dyn', points: 'list<string>' } as const;
const points = new PointIndex(
  {
    device: { id: 'device', name: 'Device' },
    points: [
      { id: 'door-a', type: 'door', name: 'Door A', at: { key: 'A' } },
      { id: 'door-b', type: 'door', name: 'Door B', at: {} },
    ],
  },
  { yard: 'cam-yard' },
);

const mapping = (fields: Partial<Mapping>): Mapping => ({ event: 'door.open', phase: 'raised', point: 'door-a', details: {}, ...fields });
const map = (fields: Partial<Mapping>, payload: unknown): Mapped =>
  readyMapping(mapping(fields), variables, points).apply({ payload, points: points.names }, points);

describe('a mapping', () => {
  it('finds points by identifier and by key', () => {
    assert.equal(map({ point: 'payload.door' }, { door: 'A' }).signal?.point, 'door-a');
    assert.equal(map({ point: 'payload.door' }, { door: 'door-b' }).signal?.point, 'door-b');
    assert.equal(map({ point: 'payload' }, 'A').signal?.point, 'door-a');
    assert.equal(map({ point: 'device' }, {}).signal?.point, 'device');
    assert.equal(map({ point: 'payload' }, 'yard').signal?.point, 'cam-yard');
  });

  it('is refused when it names a point that the device does not have', () => {
    assert.throws(() => map({ point: 'door-c' }, {}), ConfigurationError);
  });

  it('takes a condition as a phase, or a phase by name', () => {
    assert.equal(map({ phase: 'payload.open' }, { open: true }).signal?.phase, 'raised');
    assert.equal(map({ phase: 'payload.open' }, { open: false }).signal?.phase, 'restored');
    assert.equal(map({ phase: 'payload.phase' }, { phase: 'uncertain' }).signal?.phase, 'uncertain');
    assert.match(map({ phase: 'payload.phase' }, { phase: 'perhaps' }).problems[0] ?? '', /gives "perhaps" where/);
  });

  it('reads times as timestamps, seconds and text', () => {
    const at = Date.UTC(2026, 0, 15, 12);
    for (const [occurredAt, time] of [
      ['payload.time', at / 1000],
      ['payload.time / 1000.0', at],
      ['payload.time', '2026-01-15T12:00:00Z'],
      ['timestamp(payload.time)', '2026-01-15T12:00:00Z'],
    ] as const)
      assert.equal(map({ occurredAt }, { time }).signal?.occurredAt, at);
  });

  it('reports the event without a detail, a time or a key that fails, and says so', () => {
    const { signal, problems } = map(
      {
        occurredAt: 'payload.time',
        repeatKey: 'payload.key',
        details: { good: 'payload.good', bad: 'payload.bad', none: 'payload.none', list: 'payload.list' },
      },
      { time: 'yesterday', key: '', good: 5, none: null, list: [1] },
    );
    assert.deepEqual(signal, { kind: 'door.open', point: 'door-a', phase: 'raised', details: { good: 5 } });
    assert.equal(problems.length, 4);
  });

  it('says nothing when its condition is false, and tells when the condition fails', () => {
    assert.deepEqual(map({ when: 'payload.x == 1' }, { x: 2 }), { problems: [] });
    assert.match(map({ when: 'payload.x == 1' }, {}).problems[0] ?? '', /when of the mapping to door.open: .*x/);
  });

  it('refuses two points of one name', () => {
    const twice = { device: { id: 'd', name: 'D' }, points: ['a', 'b'].map((id) => ({ id, type: 'door' as const, name: id, at: { key: 'k' } })) };
    assert.throws(() => new PointIndex(twice, {}), /a and b are both called "k"/);
  });

  it('survives every JSON value, and what it reports is sound', () => {
    const fields = {
      when: 'has(payload.go)',
      phase: 'payload.phase',
      point: 'payload.point',
      occurredAt: 'payload.time',
      repeatKey: 'payload.key',
      details: { detail: 'payload.detail' },
    };
    const compiled = readyMapping(mapping(fields), variables, points);
    const payload = fc.oneof(
      fc.jsonValue(),
      fc.record({
        go: fc.boolean(),
        phase: fc.oneof(fc.boolean(), fc.constantFrom('raised', 'restored'), fc.jsonValue()),
        point: fc.oneof(fc.constantFrom('A', 'door-b'), fc.jsonValue()),
        time: fc.oneof(fc.double(), fc.string(), fc.jsonValue()),
        key: fc.oneof(fc.string(), fc.jsonValue()),
        detail: fc.jsonValue(),
      }),
    );
    fc.assert(
      fc.property(payload, (value) => {
        const { signal } = compiled.apply({ payload: value, points: points.names }, points);
        if (signal === undefined) return;
        assert(['door-a', 'door-b', 'device'].includes(signal.point));
        assert(['raised', 'restored', 'momentary', 'uncertain'].includes(signal.phase));
        assert(signal.occurredAt === undefined || Number.isSafeInteger(signal.occurredAt));
        assert(Object.values(signal.details ?? {}).every((detail) => ['string', 'number', 'boolean'].includes(typeof detail)));
      }),
      { numRuns: 2000 },
    );
  });
});

describe('an expression', () => {
  for (const [source, reason] of [
    ['payload.x.matches("(a+)+$")', /matches\(\) is not allowed/],
    ['[payload.x].exists(x, x.matches("a"))', /matches\(\) is not allowed/],
    ['payload.a.all(x, payload.b.exists(y, x == y))', /within another macro/],
    ['payload.x ==', /./],
    ['nobody == 1', /nobody/],
    ['1 + "a"', /./],
    ['"text"', /gives string, but bool is needed/],
    [`payload.x == "${'x'.repeat(2000)}"`, /at most 2000 characters/],
    ['('.repeat(500) + 'true' + ')'.repeat(500), /./],
  ] as const) {
    it(`is refused: ${source.slice(0, 50)}`, () => assert.throws(() => compile(source, variables, ['bool']), reason));
  }

  it('does not see what JavaScript hangs on an object', () => {
    for (const name of ['constructor', '__proto__', 'toString', 'hasOwnProperty'])
      assert.throws(() => compile(`payload.${name} == "x"`, variables, ['bool'])({ payload: {} }));
  });

  it('never throws anything but an Error when it is text of any kind', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc
            .array(fc.constantFrom('payload', '.', '(', ')', '[', ']', '"a"', '1', '==', '&&', '!', 'has', 'map', ',', '?', ':', ' '), {
              maxLength: 12,
            })
            .map((parts) => parts.join('')),
        ),
        (source) => {
          try {
            compile(source, variables, ['bool']);
          } catch (error) {
            assert(error instanceof Error && error.message !== '');
          }
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe('JSON of a device', () => {
  it('is read as UTF-8 and not too deep', () => {
    assert.deepEqual(parseJson(Buffer.from('{"a": "ü"}')), { a: 'ü' });
    assert.throws(() => parseJson(Buffer.from([0x22, 0xff, 0x22])));
    assert.throws(() => parseJson(Buffer.from('['.repeat(40) + ']'.repeat(40))), /levels deep/);
    assert.throws(() => parseJson(Buffer.from('['.repeat(100_000) + ']'.repeat(100_000))));
  });
});

import assert from 'node:assert/strict';
import { holder, isObeyed, valueToLock } from '../../../adapters/bacnet-door/commands.ts';
import { hasty } from '../../support/hasty-clock.ts';
import { until } from '../../support/until.ts';
import { Rig } from './rig.ts';

const empty = (): (number | undefined)[] => new Array<undefined>(16).fill(undefined);
const holding = (slots: Record<number, number>) => empty().map((_, index) => slots[index + 1]);

describe('lock commands over BACnet', () => {
  const rig = new Rig();
  afterEach(() => rig.close());

  it('unlocks, locks, and grants one access', async () => {
    const device = await rig.device();
    const host = rig.host();
    const { doors } = await rig.connect(device.port, host);
    await doors?.command('door-1', 'unlock');
    await until('unlocked', () => host.of('door-1', 'door.unlocked').at(-1)?.phase === 'raised');
    await doors?.command('door-1', 'lock');
    await until('locked', () => host.of('door-1', 'door.unlocked').at(-1)?.phase === 'restored');
    await doors?.command('door-2', 'access');
    await until('unlocked', () => host.of('door-2', 'door.unlocked').at(-1)?.phase === 'raised');
    await device.stimuli['open']?.({ door: 2 });
    await until('open', () => host.of('door-2', 'door.open').at(-1)?.phase === 'raised');
    assert.equal(host.of('door-2', 'door.forced').length, 1);
  });

  it('leaves badges working after "lock"', async () => {
    const device = await rig.device();
    const host = rig.host();
    const { doors } = await rig.connect(device.port, host);
    await doors?.command('door-1', 'unlock');
    await doors?.command('door-1', 'lock');
    await device.stimuli['badge']?.({ door: 1, credential: 1, valid: true });
    await until('granted', () => host.of('reader-1', 'access.granted').length === 1);
    await device.stimuli['open']?.({ door: 1 });
  });

  it('says who holds a door that does not obey, and withdraws the command', async () => {
    const device = await rig.device();
    const high = await rig.connect(device.port, rig.host(), { writePriority: 8 });
    const low = await rig.connect(device.port, rig.host(), { writePriority: 10 });
    await high.doors?.command('door-1', 'unlock');
    await assert.rejects(
      async () => low.doors?.command('door-1', 'lock'),
      /Door 1 does not obey "lock": a command of priority 8 holds it at "unlock"/,
    );
    await high.doors?.command('door-1', 'lock');
  });

  it('says that it does not know, where the controller does not answer', async () => {
    const device = await rig.device();
    const host = rig.host(undefined, hasty(50));
    const { doors, done } = await rig.connect(device.port, host, { pollMs: 60_000 });
    await device.faults['drop']?.({});
    await assert.rejects(async () => doors?.command('door-1', 'unlock'), /Door 1: .*(not known|closed)/);
    await done.catch(() => undefined);
  });

  it('refuses a door that is not its own', async () => {
    const device = await rig.device();
    const { doors } = await rig.connect(device.port, rig.host());
    await assert.rejects(async () => doors?.command('door-9', 'lock'), /no door door-9/);
  });

  it('relinquishes for "lock" where the door is then locked, and writes LOCK where something else unlocks it', () => {
    assert.equal(valueToLock(holding({ 8: 1 }), 8, 0), null);
    assert.equal(valueToLock(holding({ 8: 1, 12: 1 }), 8, 0), 0);
    assert.equal(valueToLock(holding({ 8: 1 }), 8, 1), 0);
    assert.equal(valueToLock(holding({ 3: 0, 8: 1, 12: 1 }), 8, 1), null);
    assert.equal(valueToLock([], 8, undefined), 0);
  });

  it('takes a pulse for obeyed though it is over, unless a higher priority stood in its way', () => {
    assert.ok(isObeyed('access', 0, empty(), 8));
    assert.ok(isObeyed('access', 2, holding({ 8: 2 }), 8));
    assert.ok(!isObeyed('access', 0, holding({ 3: 0 }), 8));
    assert.ok(!isObeyed('unlock', 0, holding({ 3: 0, 8: 1 }), 8));
    assert.equal(holder(holding({ 3: 0, 8: 1 }), 8), 'a command of priority 3 holds it at "lock"');
    assert.equal(holder(empty(), 8), 'the controller holds it as it was');
  });
});

import assert from 'node:assert/strict';
import { DoorCommands } from '../../../adapters/modbus-door/commands.ts';
import { Line } from '../../../adapters/modbus-door/line.ts';
import { Monitor } from '../../../adapters/modbus-door/monitor.ts';
import { servedUnits } from '../../../adapters/modbus-door/served.ts';
import { TestHost } from '../../support/adapter-host.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { door, optionsFor } from './site.ts';
import { VirtualLine, pass } from './virtual-line.ts';

const UNITS = Array.from({ length: 30 }, (_, i) => i + 1);
const points = UNITS.map((unit) =>
  door(`door-${unit}`, { unit, contact: { discreteInput: 0 }, lock: { discreteInput: 1 }, commands: { unlock: { coil: 0, value: 1 } } }),
);
const TIMEOUT_MS = 200;
const POLL_MS = 20;
const MINUTE_MS = 60_000;

describe('thirty units on one Modbus line', () => {
  let clock: ManualClock;
  let host: TestHost;
  let wire: VirtualLine;
  let line: Line;
  let monitor: Monitor;
  let over: Error | undefined;

  const begin = async ({ isRtu = false, dead = [] as number[] } = {}) => {
    clock = new ManualClock();
    host = new TestHost(points, clock);
    wire = new VirtualLine(clock, { isRtu });
    for (const unit of dead) wire.dead.add(unit);
    over = undefined;
    line = new Line(wire, { timeoutMs: TIMEOUT_MS, outlastsSilence: true }, host);
    monitor = new Monitor(host, line, servedUnits(optionsFor(1), points), { pollMs: POLL_MS, outlastsSilence: true });
    await line.opened;
    const running = monitor.start().then(() => monitor.run());
    running.catch((error: unknown) => {
      over = error as Error;
      line.close(over);
    });
  };
  const readsOf = (unit: number, from = 0) => wire.heard.filter((each) => each.unit === unit && each.at >= from);
  const signals = (kind: string, initial?: true) =>
    host.reported.filter((each) => each.kind === kind && each.initial === initial).map(({ point, phase }) => `${point} ${phase}`);
  /** Reads of unit 1 in a minute. */
  const rounds = async () => {
    const from = clock.monotonicMs();
    await pass(clock, MINUTE_MS);
    return readsOf(1, from).length;
  };

  afterEach(() => line.close(new Error('the test is over')));

  for (const isRtu of [false, true]) {
    it(`are read in turn, and a dead one slows the others by no more than a tenth, ${isRtu ? 'with RTU over TCP' : 'on Modbus TCP'}`, async () => {
      await begin({ isRtu });
      await pass(clock, 1000);
      const before = await rounds();
      wire.dead.add(7);
      const after = await rounds();
      assert.equal(before > 150, true, `${before} rounds a minute`);
      assert.equal(after >= before / 1.1, true, `${after} rounds a minute after ${before}`);
      assert.equal(over, undefined);
    });
  }

  it('keep their pace with ten of them dead', async () => {
    await begin({ dead: UNITS.slice(20) });
    await pass(clock, 30_000);
    const from = clock.monotonicMs();
    await pass(clock, MINUTE_MS);
    const spent = wire.heard.filter(({ unit, at }) => unit > 20 && at >= from).length * TIMEOUT_MS;
    assert.equal(spent <= MINUTE_MS / 10, true, `${spent} ms of a minute went into silence`);
    assert.equal(host.onlineDetail, '20 of 30 units answer, 40 signals and 0 readers in 20 reads');
  });

  it('get each as many turns as the others', async () => {
    await begin();
    await pass(clock, 10_000);
    const turns = UNITS.map((unit) => readsOf(unit).length);
    assert.equal(Math.max(...turns) - Math.min(...turns) <= 1, true);
  });

  it('show a dead one as offline at its door, by unit and reason, and as back with the blind interval, without a new connection', async () => {
    await begin();
    await pass(clock, 1000);
    assert.equal(host.onlineDetail, '30 of 30 units answer, 60 signals and 0 readers in 30 reads');
    wire.dead.add(7);
    await pass(clock, 10_000);
    assert.deepEqual(signals('device.offline'), ['door-7 raised']);
    assert.equal(host.onlineDetail, '29 of 30 units answer, 58 signals and 0 readers in 29 reads');
    const { details } = host.of('door-7', 'device.offline').at(-1)!;
    assert.equal(details?.unit, 7);
    assert.match(String(details?.reason), /virtual line unit 7 did not answer within 200 ms when reading discrete input 0 to 1/);
    wire.dead.delete(7);
    wire.valueOf = (unit) => (unit === 7 ? 1 : 0);
    await pass(clock, 20_000);
    assert.deepEqual(signals('device.offline'), ['door-7 raised', 'door-7 restored']);
    assert.equal(Number(host.of('door-7', 'device.offline').at(-1)?.details?.blindForSeconds) >= 9, true);
    assert.equal(host.onlineDetail, '30 of 30 units answer, 60 signals and 0 readers in 30 reads');
    const back = host.reported.slice(-3).map(({ kind, point, phase, initial }) => `${kind} ${point} ${phase} ${initial === true}`);
    assert.deepEqual(back, ['device.offline door-7 restored false', 'door.unlocked door-7 raised true', 'door.open door-7 raised true']);
    assert.equal(over, undefined);
  });

  it('do not call one dead that missed a single request', async () => {
    await begin();
    await pass(clock, 1000);
    wire.dead.add(7);
    await pass(clock, 400);
    wire.dead.delete(7);
    await pass(clock, 3000);
    assert.deepEqual(signals('device.offline'), []);
  });

  it('are tried ever less often while they are dead, and again at once when another comes back', async () => {
    await begin();
    await pass(clock, 1000);
    for (const unit of [7, 8]) wire.dead.add(unit);
    await pass(clock, 2 * MINUTE_MS);
    const probes = readsOf(7).filter(({ at }) => at > clock.monotonicMs() - MINUTE_MS);
    assert.equal(probes.length <= 2, true, `${probes.length} probes in a minute`);
    wire.dead.clear();
    await pass(clock, MINUTE_MS);
    const [first, second] = host.reported.filter(({ kind, phase, initial }) => kind === 'device.offline' && phase === 'restored' && initial !== true);
    const backAt = (signal: typeof first) => Date.parse(String(signal?.details?.offlineTo));
    assert.equal(backAt(second) - backAt(first) < 2000, true);
  });

  it('end the line when none of them answers any more', async () => {
    await begin();
    await pass(clock, 1000);
    for (const unit of UNITS) wire.dead.add(unit);
    await pass(clock, 2 * 30 * TIMEOUT_MS + 1000);
    assert.match(over?.message ?? '', /did not answer/);
    assert.deepEqual(signals('device.offline'), []);
  });

  it('are not online when none of them answers on connecting', async () => {
    await begin({ dead: UNITS });
    await pass(clock, 30 * TIMEOUT_MS + 100);
    assert.match(over?.message ?? '', /unit 1 did not answer/);
    assert.equal(host.isOnline, false);
  });

  it('get a door command ahead of the reading of any unit', async () => {
    await begin();
    await pass(clock, 1000);
    const commands = new DoorCommands(
      host,
      line,
      servedUnits(optionsFor(1), points).flatMap(({ doors }) => doors),
      5000,
    );
    await pass(clock, 55);
    const count = wire.heard.length;
    const commanded = commands.command('door-30', 'unlock');
    await pass(clock, 25);
    await commanded;
    const next = wire.heard.slice(count).map(({ unit, code }) => `${unit}:${code}`);
    assert.equal(next[0], '30:5');
  });

  it('never have a late reply taken for that of another request, on Modbus TCP', async () => {
    await begin();
    await pass(clock, 1000);
    wire.valueOf = (unit) => (unit === 7 ? 1 : 0);
    wire.slow.set(7, TIMEOUT_MS + 15);
    await pass(clock, 10_000);
    const seen = host.reported.filter(({ kind, phase }) => kind === 'door.open' && phase === 'raised');
    assert.deepEqual(seen, []);
    assert.deepEqual(signals('device.offline'), ['door-7 raised']);
    assert.equal(over, undefined);
    wire.slow.clear();
    await pass(clock, 20_000);
    assert.deepEqual(signals('device.offline'), ['door-7 raised', 'door-7 restored']);
    assert.deepEqual(host.of('door-7', 'door.open').at(-1)?.phase, 'raised');
    assert.equal(host.malformedFrames.length, 0);
  });

  it('never have a late reply taken for that of another request, on a serial line, where no number tells it', async () => {
    await begin({ isRtu: true });
    await pass(clock, 1000);
    // What unit 7 answers tells when it was asked: 1 for the contact alone while the request is late.
    wire.slow.set(7, 2 * TIMEOUT_MS);
    wire.valueOf = (unit, address) => (unit === 7 && address === 0 ? 1 : 0);
    await pass(clock, 2000);
    wire.valueOf = () => 0;
    wire.slow.clear();
    await pass(clock, 30_000);
    assert.deepEqual(
      host.of('door-7', 'door.open').filter(({ phase }) => phase === 'raised'),
      [],
    );
    assert.equal(
      readsOf(7).some(({ code }) => code === 8),
      true,
    );
    assert.equal(over, undefined);
  });

  it('come back on a serial line, too, when they do not know the echo test', async () => {
    await begin({ isRtu: true });
    wire.knowsEcho = false;
    await pass(clock, 1000);
    wire.dead.add(7);
    await pass(clock, 10_000);
    wire.dead.delete(7);
    await pass(clock, 60_000);
    assert.deepEqual(signals('device.offline'), ['door-7 raised', 'door-7 restored']);
  });
});

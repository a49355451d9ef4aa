import assert from 'node:assert/strict';
import { pino } from 'pino';
import { z } from 'zod';
import { ConfigurationError } from '../../src/adapter/contract.ts';
import type { AdapterDefinition, AdapterHost, Connection } from '../../src/adapter/contract.ts';
import { inProcess } from '../../src/adapter/runner.ts';
import { DeviceSupervisor } from '../../src/adapter/supervisor.ts';
import type { DeviceSignal } from '../../src/domain/event.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { until } from '../support/until.ts';

/** An adapter whose link a test holds in its hands. */
class FakeAdapter {
  attempts = 0;
  host!: AdapterHost;
  lose!: (reason: Error) => void;
  connecting: (host: AdapterHost) => Promise<void> = (host) => {
    host.online('Fake 1.0');
    return Promise.resolve();
  };

  readonly definition: AdapterDefinition = {
    name: 'fake',
    summary: 'for tests',
    kinds: [],
    options: z.unknown(),
    points: {},
    connect: async (_options, host): Promise<Connection> => {
      this.attempts += 1;
      this.host = host;
      await this.connecting(host);
      const done = new Promise<void>((resolve, reject) => {
        this.lose = reject;
        host.signal.addEventListener('abort', () => resolve(), { once: true });
      });
      return { done };
    },
  };
}

describe('device supervisor', () => {
  let clock: ManualClock;
  let adapter: FakeAdapter;
  let reported: DeviceSignal[];
  let journalFails: boolean;
  let supervisor: DeviceSupervisor;

  beforeEach(() => {
    clock = new ManualClock();
    adapter = new FakeAdapter();
    reported = [];
    journalFails = false;
    supervisor = new DeviceSupervisor({
      runner: inProcess(adapter.definition),
      device: { id: 'dev', name: 'Device', adapter: 'fake', options: {} },
      points: [],
      clock,
      log: pino({ level: 'silent' }),
      report: (signal) => {
        if (journalFails) return Promise.reject(new Error('disk full'));
        reported.push(signal);
        return Promise.resolve();
      },
      secret: () => Promise.reject(new Error('none')),
      changed: () => undefined,
      random: () => 0,
    });
  });
  afterEach(() => supervisor.stop());

  const online = () => until('the device online', () => supervisor.link.state === 'online');
  const state = (wanted: string) => until(wanted, () => supervisor.link.state === wanted);
  const offlineEvents = () => reported.filter(({ kind }) => kind === 'device.offline');

  it('offers the connection only while the link stands', async () => {
    supervisor.start();
    await online();
    await until('the connection', () => supervisor.connection !== undefined);
    adapter.lose(new Error('cable pulled'));
    await state('offline');
    assert.equal(supervisor.connection, undefined);
  });

  it('reports a lost link with its reason and since when, and that it is back', async () => {
    supervisor.start();
    await online();
    await until('the connection', () => supervisor.connection !== undefined);
    adapter.connecting = () => Promise.reject(new Error('refused'));
    adapter.lose(new Error('cable pulled'));
    await state('offline');
    adapter.connecting = (host) => {
      host.online();
      return Promise.resolve();
    };
    clock.advance(42_000);
    await online();
    await until('the restore', () => offlineEvents().length === 3);
    const [atStart, raised, restored] = offlineEvents();
    const lostAt = new Date(clock.now() - 42_000).toISOString();
    assert.deepEqual([atStart?.phase, atStart?.initial], ['restored', true]);
    assert.deepEqual([raised?.phase, raised?.details], ['raised', { reason: 'cable pulled', offlineFrom: lostAt }]);
    assert.deepEqual([restored?.phase, restored?.initial], ['restored', undefined]);
  });

  it('doubles the wait between attempts and reports the outage once', async () => {
    adapter.connecting = () => Promise.reject(new Error('refused'));
    supervisor.start();
    const waits: number[] = [];
    for (let attempt = 1; attempt <= 5; attempt += 1) {
      await until(`attempt ${attempt} to fail`, () => supervisor.link.state === 'offline' && supervisor.link.attempt === attempt);
      const { link } = supervisor;
      assert(link.state === 'offline');
      waits.push(link.retryAt - clock.now());
      clock.advance(link.retryAt - clock.now());
    }
    assert.deepEqual(waits, [500, 1000, 2000, 4000, 8000]);
    assert.equal(offlineEvents().length, 1);
  });

  it('does not hammer a device with a wrong configuration, but tries again later', async () => {
    adapter.connecting = () => Promise.reject(new ConfigurationError('wrong password'));
    supervisor.start();
    await state('failed');
    clock.advance(60_000);
    assert.equal(adapter.attempts, 1);
    clock.advance(10 * 60_000);
    await until('the second attempt', () => adapter.attempts === 2);
  });

  it('tries at once when somebody asks for it, and tells what came of it', async () => {
    adapter.connecting = () => Promise.reject(new ConfigurationError('wrong password'));
    supervisor.start();
    await state('failed');
    assert.equal((await supervisor.retryNow()).state, 'failed');
    assert.equal(adapter.attempts, 2);
    adapter.connecting = (host) => {
      host.online();
      return Promise.resolve();
    };
    assert.equal((await supervisor.retryNow()).state, 'online');
    assert.equal((await supervisor.retryNow()).state, 'online');
    assert.equal(adapter.attempts, 3);
  });

  it('tells who asked for an attempt when the gateway stops meanwhile', async () => {
    adapter.connecting = () => new Promise(() => undefined);
    supervisor.start();
    await until('the attempt', () => adapter.attempts === 1);
    const outcome = supervisor.retryNow();
    await supervisor.stop();
    assert.equal((await outcome).state, 'stopped');
    assert.equal(clock.waiting, 0);
  });

  it('gives up on an adapter that hangs while connecting', async () => {
    adapter.connecting = () => new Promise(() => undefined);
    supervisor.start();
    await until('the attempt', () => adapter.attempts === 1);
    clock.advance(60_000);
    await state('offline');
    assert(adapter.host.signal.aborted);
  });

  it('keeps its own events until the journal takes them', async () => {
    journalFails = true;
    adapter.connecting = () => Promise.reject(new Error('refused'));
    supervisor.start();
    await state('offline');
    await until('the first report to fail', () => clock.waiting >= 2);
    journalFails = false;
    clock.advance(1000);
    await until('the report', () => offlineEvents().length === 1);
  });

  it('counts every malformed frame, keeps the latest and tells of them once a minute', async () => {
    supervisor.start();
    await online();
    for (let frame = 0; frame < 30; frame += 1) adapter.host.malformed(Buffer.from([frame]), 'no such function');
    await until('the notice', () => reported.some(({ kind }) => kind === 'device.malformed'));
    clock.advance(60_000);
    adapter.host.malformed('again', 'no such function');
    await until('the second notice', () => reported.filter(({ kind }) => kind === 'device.malformed').length === 2);
    assert.equal(supervisor.malformed.count, 31);
    assert.equal(supervisor.malformed.latest.length, 20);
    assert.equal(supervisor.malformed.latest.at(-1)?.frame, 'again');
  });

  it('refuses reports of a life that is over', async () => {
    supervisor.start();
    await online();
    const { host } = adapter;
    await until('the connection', () => supervisor.connection !== undefined);
    adapter.lose(new Error('gone'));
    await state('offline');
    await assert.rejects(host.report({ kind: 'door.open', point: 'door', phase: 'raised' }), /link is over/);
  });

  it('leaves no timer behind when it stops', async () => {
    adapter.connecting = () => Promise.reject(new Error('refused'));
    supervisor.start();
    await state('offline');
    await supervisor.stop();
    assert.equal(supervisor.link.state, 'stopped');
    assert.equal(clock.waiting, 0);
  });
});

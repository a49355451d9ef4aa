import assert from 'node:assert/strict';
import { pino } from 'pino';
import { z } from 'zod';
import type { AdapterDefinition } from '../../src/adapter/contract.ts';
import { inProcess } from '../../src/adapter/runner.ts';
import { DeviceSupervisor } from '../../src/adapter/supervisor.ts';
import type { DeviceSignal } from '../../src/domain/event.ts';
import { JournalledGateway } from '../support/journalled-gateway.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { until } from '../support/until.ts';

const gone = { kind: 'device.offline', point: 'dev', phase: 'raised' } satisfies DeviceSignal;
const back = { kind: 'device.offline', point: 'dev', phase: 'restored' } satisfies DeviceSignal;

describe('the interval in which a device could not be seen', () => {
  let clock: ManualClock;
  let gateway: JournalledGateway;

  beforeEach(() => {
    clock = new ManualClock();
    gateway = new JournalledGateway(clock);
  });
  afterEach(() => gateway.close());

  const report = (signal: DeviceSignal) => gateway.intake.report('dev', signal);
  const at = (ms: number) => new Date(ms).toISOString();
  const told = () => gateway.events.at(-1)?.details;

  it('is told to the second with the restore, whoever reports it', async () => {
    const from = clock.now();
    await report(gone);
    clock.advance(42_400);
    await report({ ...back, details: { reason: 'said so itself' } });
    assert.deepEqual(told(), { reason: 'said so itself', offlineFrom: at(from), offlineTo: at(clock.now()), blindForSeconds: 42 });
  });

  it('begins when the device was last seen, where that is known', async () => {
    const from = clock.now() - 300_000;
    await report({ ...gone, details: { offlineFrom: at(from) } });
    clock.advance(60_000);
    await report(back);
    assert.equal(told()?.['blindForSeconds'], 360);
  });

  it('goes on over a restart, and over one in which the device is still away', async () => {
    const from = clock.now();
    await report(gone);
    for (let restart = 0; restart < 2; restart += 1) {
      clock.advance(60_000);
      gateway.restart();
      await report({ ...gone, details: { offlineFrom: at(clock.now()) } });
      assert.equal(told()?.['offlineFrom'], at(from));
    }
    clock.advance(60_000);
    gateway.restart();
    await report({ ...back, initial: true });
    assert.deepEqual(told(), { changedWhileOffline: true, offlineFrom: at(from), offlineTo: at(clock.now()), blindForSeconds: 180 });
  });

  it('is that of each point', async () => {
    await report(gone);
    clock.advance(5000);
    await report({ ...gone, point: 'door' });
    clock.advance(5000);
    await report({ ...back, point: 'door' });
    assert.equal(told()?.['blindForSeconds'], 5);
    await report(back);
    assert.equal(told()?.['blindForSeconds'], 10);
  });

  it('is none where nothing was offline', async () => {
    await report({ ...back, initial: true });
    assert.deepEqual(told(), {});
  });

  it('is told of a device that came back while the gateway was restarted', async () => {
    let reachable = true;
    let lose: (reason: Error) => void = () => undefined;
    const definition: AdapterDefinition = {
      name: 'fake',
      summary: 'for tests',
      kinds: [],
      options: z.unknown(),
      points: {},
      connect(_options, host) {
        if (!reachable) return Promise.reject(new Error('refused'));
        host.online();
        const done = new Promise<void>((resolve, reject) => {
          lose = reject;
          host.signal.addEventListener('abort', () => resolve(), { once: true });
        });
        return Promise.resolve({ done });
      },
    };
    const run = () => {
      const supervisor = new DeviceSupervisor({
        runner: inProcess(definition),
        device: { id: 'dev', name: 'Device', adapter: 'fake', options: {} },
        points: [],
        clock,
        log: pino({ level: 'silent' }),
        report,
        secret: () => Promise.reject(new Error('none')),
        changed: () => undefined,
        random: () => 0,
      });
      supervisor.start();
      return supervisor;
    };
    const phases = () => gateway.phases('dev', 'device.offline');
    const first = run();
    await until('the link', () => first.connection !== undefined && phases().length === 1);
    reachable = false;
    const from = clock.now();
    lose(new Error('cable pulled'));
    await until('the loss', () => phases().at(-1) === 'raised');
    clock.advance(100);
    await first.stop();
    clock.advance(600_000 - 100);
    reachable = true;
    gateway.restart();
    const second = run();
    await until('the return', () => phases().at(-1) === 'restored');
    await second.stop();
    assert.deepEqual(told(), { changedWhileOffline: true, offlineFrom: at(from), offlineTo: at(from + 600_000), blindForSeconds: 600 });
  });
});

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { Subject } from 'rxjs';
import type { DeviceSignal } from '../../src/domain/event.ts';
import { watchOwnLife } from '../../src/own-life.ts';
import type { OwnLife } from '../../src/own-life.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { until } from '../support/until.ts';

describe('the downtime of the gateway itself', () => {
  let folder: string;
  let clock: ManualClock;
  let ticks: Subject<void>;
  let reported: DeviceSignal[];
  let journalFails: boolean;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sallyport-life-'));
    clock = new ManualClock();
    ticks = new Subject();
    reported = [];
    journalFails = false;
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const start = (): OwnLife =>
    watchOwnLife({
      dataFolder: folder,
      site: { id: 'plant' },
      clock,
      ticks,
      log: pino({ level: 'silent' }),
      intake: {
        report(_device, signal) {
          if (journalFails) return Promise.reject(new Error('the journal cannot be written'));
          reported.push(signal);
          return Promise.resolve();
        },
      },
    });
  const live = (seconds: number) => {
    for (let second = 0; second < seconds; second += 1) {
      clock.advance(1000);
      ticks.next();
    }
  };
  const at = (ms: number) => new Date(ms).toISOString();

  it('is none for the first gateway on a data folder', async () => {
    await start().end();
    assert.deepEqual(reported, []);
  });

  it('counts from a clean stop to the next start, to the second, and is no alarm', async () => {
    const life = start();
    live(10);
    clock.advance(400);
    await life.end();
    const stoppedAt = clock.now();
    clock.advance(90_000);
    const next = start();
    await next.end();
    assert.deepEqual(reported, [
      {
        kind: 'gateway.offline',
        point: 'plant',
        phase: 'momentary',
        details: { offlineFrom: at(stoppedAt), offlineTo: at(stoppedAt + 90_000), blindForSeconds: 90, end: 'stopped' },
      },
    ]);
  });

  it('counts from the last sign of life after a crash', async () => {
    start();
    live(10);
    const lastSign = clock.now();
    ticks.complete();
    ticks = new Subject();
    clock.advance(45_000);
    await start().end();
    assert.deepEqual(reported[0]?.details, { offlineFrom: at(lastSign), offlineTo: at(lastSign + 45_000), blindForSeconds: 45, end: 'unexpected' });
  });

  it('is reported until the journal takes it', async () => {
    await start().end();
    clock.advance(5000);
    journalFails = true;
    const life = start();
    await until('the pause', () => clock.waiting === 1);
    journalFails = false;
    clock.advance(1000);
    await until('the event', () => reported.length === 1);
    assert.equal(reported[0]?.details?.['blindForSeconds'], 5);
    await life.end();
  });

  it('does not hold up the end of a gateway whose journal never took it', async () => {
    await start().end();
    journalFails = true;
    await start().end();
    assert.equal(clock.waiting, 0);
  });

  it('is nothing when the clock was set back meanwhile', async () => {
    await start().end();
    clock = new ManualClock(clock.now() - 3_600_000);
    await start().end();
    assert.equal(reported[0]?.details?.['blindForSeconds'], 0);
  });
});

import assert from 'node:assert/strict';
import { link, mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { Retention } from '../../src/video/retention.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { until } from '../support/until.ts';
import { inTemporaryDirectory } from './support/footage.ts';

const HOUR_MS = 3_600_000;
const clock = new ManualClock();
const log = pino({ level: 'silent' });

async function keep(directory: string, incident: string, hoursAgo: number, bytes = 10): Promise<void> {
  await mkdir(join(directory, incident), { recursive: true });
  const path = join(directory, incident, 'cam-1.mp4');
  await writeFile(path, Buffer.alloc(bytes));
  const at = new Date(clock.now() - hoursAgo * HOUR_MS);
  await utimes(path, at, at);
}

describe('retention of evidence', () => {
  it('deletes what is older than it may be, now and every ten minutes', async () => {
    await inTemporaryDirectory(async (directory) => {
      await keep(directory, 'I-1', 49);
      await keep(directory, 'I-2', 47);
      const retention = new Retention(directory, { clock, log, evidenceDays: 2 });
      await until('the first to be deleted', async () => (await readdir(directory)).join() === 'I-2' && clock.waiting === 1);
      clock.advance(2 * HOUR_MS);
      await until('the second to be deleted', async () => (await readdir(directory)).length === 0);
      await retention.close();
      assert.equal(clock.waiting, 0);
    });
  });

  it('deletes the oldest while all is too much, and nothing that is being written', async () => {
    await inTemporaryDirectory(async (directory) => {
      for (const [incident, hoursAgo] of [
        ['I-1', 5],
        ['I-2', 4],
        ['I-3', 3],
        ['I-4', 0],
      ] as const)
        await keep(directory, incident, hoursAgo, 1000);
      const retention = new Retention(directory, { clock, log, evidenceGigabytes: 2500 / 2 ** 30 });
      await until('two to be deleted', async () => (await readdir(directory)).join() === 'I-3,I-4');
      await retention.close();
      const none = new Retention(directory, { clock, log, evidenceGigabytes: 0 });
      await until('all that is not new to be deleted', async () => (await readdir(directory)).join() === 'I-4');
      await none.close();
    });
  });

  it('counts what incidents share once', async () => {
    await inTemporaryDirectory(async (directory) => {
      await keep(directory, 'I-1', 3, 1000);
      await mkdir(join(directory, 'I-2'));
      await link(join(directory, 'I-1', 'cam-1.mp4'), join(directory, 'I-2', 'cam-1.mp4'));
      const retention = new Retention(directory, { clock, log, evidenceGigabytes: 1500 / 2 ** 30 });
      await until('the first look', () => clock.waiting === 1);
      await retention.close();
      assert.deepEqual((await readdir(directory)).sort(), ['I-1', 'I-2']);
    });
  });

  it('never deletes what is held, whatever its age, and however much all takes', async () => {
    await inTemporaryDirectory(async (directory) => {
      await keep(directory, '2026-000001', 500);
      await keep(directory, '2026-000002', 400);
      await keep(directory, '2026-000003', 300);
      const isHeld = (incident: string) => incident === '2026-000001' || incident === '2026-000003';
      const retention = new Retention(directory, { clock, log, evidenceDays: 1, evidenceGigabytes: 0, isHeld });
      await until('the other one to be deleted', async () => (await readdir(directory)).join() === '2026-000001,2026-000003' && clock.waiting === 1);
      await retention.close();
    });
  });

  it('is content with a directory that is not there', async () => {
    const retention = new Retention(join('/nonexistent', 'evidence'), { clock, log });
    await retention.close();
    assert.equal(clock.waiting, 0);
  });
});

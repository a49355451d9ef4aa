import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { pino } from 'pino';
import { ClipJobs } from '../../src/video/clip-jobs.ts';
import type { ClipJob, ClipWish } from '../../src/video/clip-jobs.ts';
import { until } from '../support/until.ts';
import { decode, decodeFile, film } from './support/footage.ts';
import { CAMERA, TestGateway } from './support/gateway.ts';

describe('export', () => {
  let gateway: TestGateway;
  let jobs: ClipJobs;
  let done: ClipJob[];

  beforeEach(async () => {
    gateway = await TestGateway.start();
    done = [];
    jobs = new ClipJobs({
      video: gateway.video,
      dataDir: gateway.dataDir,
      cameraName: () => "Gate: 'north' %{pts}, 100 %",
      timeZone: 'Europe/Berlin',
      clock: gateway.clock,
      log: pino({ level: 'silent' }),
      done: (job) => done.push(job),
    });
    await gateway.send(55);
  });
  afterEach(async () => {
    await jobs.close();
    const left = join(gateway.dataDir, 'clips');
    assert.deepEqual(existsSync(left) ? readdirSync(left) : [], []);
    await gateway.stop();
    assert.equal(gateway.clock.waiting, 0, 'a timer was left behind');
  });

  const wish = (form: ClipWish['form']): ClipWish => {
    const now = gateway.clock.now();
    return { camera: CAMERA, from: now - 2_000, to: now, form, by: 'dana', incident: 'I-1' };
  };
  const settled = (id: string) => until('the export', () => !['waiting', 'running'].includes(jobs.get(id)?.state ?? ''));

  it('of a film as it was kept, and with name and time in it, has the hash of its file', async () => {
    const asked = [jobs.add(wish('plain')), jobs.add(wish('marked'))];
    for (const { id } of asked) {
      await settled(id);
      const file = readFileSync(jobs.path(id) ?? '');
      const job = jobs.get(id);
      assert.equal(job?.reason, undefined);
      assert.equal(createHash('sha256').update(file).digest('hex'), job?.made?.sha256);
      assert.equal(file.length, job?.made?.bytes);
      const { pictures } = await decode(file);
      assert.ok(pictures >= 50, `${pictures} pictures`);
    }
    assert.deepEqual(
      done.map(({ id }) => id),
      asked.map(({ id }) => id),
    );
  });

  it('of a contact sheet is one JPEG', async () => {
    const { id } = jobs.add(wish({ sheetOf: 6 }));
    await settled(id);
    assert.equal(jobs.get(id)?.reason, undefined);
    assert.deepEqual([...readFileSync(jobs.path(id) ?? '').subarray(0, 2)], [0xff, 0xd8]);
  });

  it('goes on in one size where the camera changes its picture', async () => {
    gateway.camera.show(await film({ seconds: 2, size: '320x320' }));
    await gateway.send(50);
    const [plain, marked, sheet] = (['plain', 'marked', { sheetOf: 6 }] as const).map((form) =>
      jobs.add({ ...wish(form), from: gateway.clock.now() - 4_000 }),
    );
    for (const each of [plain!, marked!, sheet!]) {
      await settled(each.id);
      assert.equal(jobs.get(each.id)?.reason, undefined);
    }
    const [kept, burnt] = await Promise.all([plain!, marked!].map(({ id }) => decodeFile(jobs.path(id) ?? '')));
    assert.deepEqual([kept!.pictures, burnt!.pictures], [105, 105]);
    assert.deepEqual([burnt!.width, burnt!.height], [320, 320]);
    // The mean of each of the sheet's pictures: none was left empty.
    const means = ['-vf', 'crop=iw:ih-44:0:44,scale=3:2:flags=area', '-pix_fmt', 'gray', '-f', 'rawvideo', '-'];
    const { stdout } = await promisify(execFile)('ffmpeg', ['-v', 'error', '-i', jobs.path(sheet!.id) ?? '', ...means], { encoding: 'buffer' });
    assert.ok(stdout.length === 6 && stdout.every((mean) => mean > 50), [...stdout].join());
  });

  it('waits for its turn, can be cancelled, and is refused when too many wait', async () => {
    const asked = Array.from({ length: 17 }, () => jobs.add(wish('marked')));
    assert.equal(jobs.list().filter(({ state }) => state === 'running').length, 1);
    assert.throws(() => jobs.add(wish('plain')), /too many exports/);
    for (const { id } of asked) jobs.cancel(id);
    await settled(asked[0]!.id);
    assert.deepEqual([...new Set(jobs.list().map(({ state }) => state))], ['cancelled']);
    assert.deepEqual(done, []);
  });

  it('of a time of which nothing is kept fails in words; what is done is deleted after a while', async () => {
    const never = jobs.add({ ...wish('plain'), from: 1, to: 2 });
    const kept = jobs.add(wish('plain'));
    await settled(never.id);
    await settled(kept.id);
    assert.deepEqual([jobs.get(never.id)?.state, jobs.get(never.id)?.reason], ['failed', 'nothing of that time is kept']);
    const path = jobs.path(kept.id) ?? '';
    assert.ok(existsSync(path));
    gateway.clock.advance(15 * 60_000);
    assert.equal(jobs.get(kept.id), undefined);
    await until('the file to be deleted', () => !existsSync(path));
  });
});

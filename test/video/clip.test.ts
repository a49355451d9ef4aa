import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { until } from '../support/until.ts';
import { decodeFile, film } from './support/footage.ts';
import { CAMERA, TestGateway } from './support/gateway.ts';

describe('clip', () => {
  let gateway: TestGateway;

  afterEach(async () => {
    await gateway.stop();
    assert.equal(gateway.clock.waiting, 0, 'a timer was left behind');
  });

  for (const codec of ['h264', 'hevc'] as const) {
    it(`is one file from the ring that begins at 0, with its hash (${codec})`, async () => {
      gateway = await TestGateway.start({ seconds: 4, codec });
      await gateway.send(150);
      const now = gateway.clock.now();
      const clip = (await gateway.video.clip(CAMERA, now - 3_000, now - 1_000))!;
      const bytes = await readFile(clip.path);
      assert.deepEqual([clip.bytes, clip.sha256], [bytes.length, createHash('sha256').update(bytes).digest('hex')]);
      assert.ok(clip.from <= now - 3_000 && clip.from > now - 4_000);
      const { pictures, showTimes } = await decodeFile(clip.path);
      assert.equal(pictures, Math.round((now - 1_000 - clip.from) / 40) + 1);
      assert.equal(showTimes[0], 0);
    });
  }

  it('reaches from a recording into the ring without a gap or a double', async () => {
    gateway = await TestGateway.start();
    await gateway.send(100);
    const from = gateway.clock.now() - 2_000;
    gateway.video.keep('I-1', [CAMERA], gateway.clock.now());
    await gateway.send(500);
    const clip = (await gateway.video.clip(CAMERA, from, gateway.clock.now()))!;
    const { pictures, showTimes } = await decodeFile(clip.path);
    assert.ok(pictures >= 550);
    assert.ok(showTimes.every((at, i) => i === 0 || Math.abs(at - showTimes[i - 1]! - 0.04) < 0.002));
  });

  it('of a time of which nothing is kept, or of an unknown camera, is none', async () => {
    gateway = await TestGateway.start();
    await gateway.send(10);
    assert.equal(await gateway.video.clip(CAMERA, 0, 1_000), undefined);
    assert.equal(await gateway.video.clip('cam-none', 0, gateway.clock.now()), undefined);
    assert.deepEqual(await readdir(join(gateway.dataDir, 'clips')), []);
  });

  it('cannot hold two kinds of picture, and says when the camera changed', async () => {
    gateway = await TestGateway.start();
    await gateway.send(30);
    gateway.camera.show(await film({ seconds: 2, size: '426x238' }));
    await gateway.send(30);
    await assert.rejects(gateway.video.clip(CAMERA, 0, gateway.clock.now()), /changed its picture at 2026-01-15T12:00:0\d/);
    assert.deepEqual(await readdir(join(gateway.dataDir, 'clips')), []);
    await until('the memory to be free', () => gateway.video.status()[0]!.viewers === 1);
  });
});

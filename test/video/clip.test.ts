import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { writeClip } from '../../src/video/clip.ts';
import { topBoxes } from '../../src/video/fmp4/read.ts';
import { decode, decodeFile, film, inTemporaryDirectory } from './support/footage.ts';
import { CAMERA, TestGateway } from './support/gateway.ts';
import { ingested, pastOf } from './support/ingested.ts';

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

  for (const codec of ['h264', 'hevc'] as const) {
    it(`goes on where the camera changes its picture, and can be played from any key frame (${codec})`, async () => {
      gateway = await TestGateway.start({ seconds: 2, codec });
      await gateway.send(50);
      gateway.camera.show(await film({ seconds: 2, size: '426x240', codec }));
      await gateway.send(50);
      gateway.camera.show(await film({ seconds: 2, codec }));
      await gateway.send(50);
      const clip = (await gateway.video.clip(CAMERA, 0, gateway.clock.now()))!;
      const bytes = await readFile(clip.path);
      assert.deepEqual([clip.bytes, clip.sha256], [bytes.length, createHash('sha256').update(bytes).digest('hex')]);
      assert.deepEqual([clip.width, clip.height], [426, 240]);
      const { pictures, showTimes } = await decodeFile(clip.path);
      assert.equal(pictures, 150);
      assert.ok(showTimes.every((at, i) => Math.abs(at - i * 0.04) < 0.002));
      assert.ok(bytes.includes(codec === 'h264' ? 'avc3' : 'hev1'));
      const head = bytes.subarray(0, bytes.indexOf('moof') - 4);
      const moofs = [...topBoxes(bytes)].filter(({ type }) => type === 'moof');
      const shownFrom = async (picture: number) => decode(Buffer.concat([head, bytes.subarray(moofs[picture]!.start)]));
      // What a player has that is taken there by its user.
      for (const [picture, width] of [
        [75, 426],
        [100, 320],
      ] as const) {
        const played = await shownFrom(picture);
        assert.deepEqual([played.pictures, played.width], [150 - picture, width]);
      }
      assert.deepEqual(await readdir(join(gateway.dataDir, 'clips')), [basename(clip.path)]);
    });
  }
});

describe('clip of a camera that changes its codec', () => {
  it('is refused, with the time at which it did', async () => {
    const films = await Promise.all((['h264', 'hevc'] as const).map(async (codec) => ingested([await film({ seconds: 1, codec })], codec)));
    await inTemporaryDirectory(async (directory) => {
      await assert.rejects(writeClip(directory, pastOf(films.flat())), /changed its codec at 2026-01-15T12:00:0\d/);
      assert.deepEqual(await readdir(directory), []);
    });
  });
});

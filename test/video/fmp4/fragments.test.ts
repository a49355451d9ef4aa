import assert from 'node:assert/strict';
import { producerReferenceTime, readRecording } from '../../../src/video/fmp4/read.ts';
import { decode, film } from '../support/footage.ts';
import { fileOf, ingested } from '../support/ingested.ts';

describe('fragmented MP4', () => {
  it('decodes without an error to every picture, each lasting until the next', async () => {
    const groups = ingested([await film({ seconds: 4 })]);
    const { pictures, showTimes } = await decode(fileOf(groups));
    assert.equal(pictures, 100);
    assert.ok(showTimes.every((at, i) => i === 0 || Math.abs(at - showTimes[i - 1]! - 0.04) < 0.001));
  });

  it('takes older groups after newer ones: in the order of their times they are one film again', async () => {
    const groups = ingested([await film({ seconds: 4 })]);
    const arrived = [groups[3]!, groups[0]!, groups[1]!, groups[2]!];
    const inOrder = [...arrived].sort((a, b) => a.pictures[0]!.decodeAt - b.pictures[0]!.decodeAt);
    assert.equal((await decode(fileOf(inOrder))).pictures, 100);
    // Each group can be decoded by itself, which is what makes any order possible.
    for (const group of groups) assert.equal((await decode(fileOf([group]))).pictures, 25);
    // And it ends exactly where the next one begins.
    for (const [i, group] of groups.slice(0, -1).entries()) {
      const last = group.pictures.at(-1)!;
      assert.equal(last.decodeAt + last.fragment.readUInt32BE(88), groups[i + 1]!.pictures[0]!.decodeAt);
    }
  });

  it('shows B-frames in their order', async () => {
    const pictures = await film({ seconds: 3, bframes: 3, encoder: ['-b_strategy', '0', '-x264-params', 'b-pyramid=normal'] });
    assert.ok(
      pictures.some(({ at }, i) => i > 0 && at < pictures[i - 1]!.at),
      'the film has B-frames',
    );
    const groups = ingested([pictures]);
    const decoded = await decode(fileOf(groups));
    assert.equal(decoded.pictures, 75);
    assert.ok(decoded.showTimes.every((at, i) => i === 0 || Math.abs(at - decoded.showTimes[i - 1]! - 0.04) < 0.001));
    const all = groups.flatMap((group) => group.pictures);
    assert.ok(all.every(({ decodeAt, showAt }, i) => decodeAt <= showAt && (i === 0 || decodeAt > all[i - 1]!.decodeAt)));
  });

  it('decodes pictures of several slices, and of odd sizes, which are cropped', async () => {
    for (const options of [{ encoder: ['-slices', '4'] }, { size: '426x238' }, { encoder: ['-profile:v', 'baseline'] }]) {
      const groups = ingested([await film({ seconds: 1, ...options })]);
      const { width, height } = groups[0]!.stream;
      const decoded = await decode(fileOf(groups));
      assert.deepEqual(decoded, { ...decoded, pictures: 25, width, height });
      assert.equal(`${width}x${height}`, options.size ?? '320x180');
    }
  });

  it('carries H.265, also with B-frames', async () => {
    for (const bframes of [0, 3]) {
      const groups = ingested([await film({ seconds: 2, size: '426x238', codec: 'hevc', bframes })], 'hevc');
      const decoded = await decode(fileOf(groups));
      assert.deepEqual([decoded.pictures, decoded.width, decoded.height], [50, 426, 238]);
      assert.ok(decoded.showTimes.every((at, i) => i === 0 || Math.abs(at - decoded.showTimes[i - 1]! - 0.04) < 0.001));
      assert.match(groups[0]!.stream.mime, /^video\/mp4; codecs="hvc1\.1\.6\.L\d+\.90"$/);
    }
  });

  it('is read back with what it says of itself, as far as it was written', async () => {
    for (const codec of ['h264', 'hevc'] as const) {
      const [group] = ingested([await film({ seconds: 1, codec, bframes: 0 })], codec);
      const { init, mime, width, height } = group!.stream;
      const whole = Buffer.concat([init, producerReferenceTime(1_768_478_400_123), ...group!.pictures.map(({ fragment }) => fragment)]);
      const read = readRecording(whole.subarray(0, -1))!;
      assert.deepEqual({ ...read, fragments: read.fragments.length }, { mime, width, height, init, epochAtZero: 1_768_478_400_123, fragments: 24 });
      assert.equal(readRecording(init.subarray(0, -1)), undefined);
    }
  });

  it('names the codec as browsers want it', async () => {
    const [group] = ingested([await film({ seconds: 1, encoder: ['-bf', '0', '-profile:v', 'baseline'] })]);
    assert.match(group!.stream.mime, /^video\/mp4; codecs="avc1\.42c00[0-9a-f]"$/);
  });

  it('describes the stream anew when the camera changes its parameter sets', async () => {
    const groups = ingested([await film({ seconds: 2 }), await film({ seconds: 2, size: '426x238' })]);
    const streams = [...new Set(groups.map(({ stream }) => stream))];
    assert.deepEqual(
      streams.map(({ width, height }) => [width, height]),
      [
        [320, 180],
        [426, 238],
      ],
    );
    for (const stream of streams) assert.equal((await decode(fileOf(groups.filter((group) => group.stream === stream)))).pictures, 50);
    const all = groups.flatMap(({ pictures }) => pictures);
    assert.ok(
      all.every(({ decodeAt }, i) => i === 0 || decodeAt === all[i - 1]!.decodeAt + 3600),
      'on the same time line',
    );
  });
});

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fc from 'fast-check';
import { BitReader, BitWriter, nalUnit, nalUnits, payloadOf } from '../../../simulators/onvif-camera/picture/bits.ts';
import { framesPerLoop } from '../../../simulators/onvif-camera/picture/draw.ts';
import { footageOf } from '../../../simulators/onvif-camera/picture/footage.ts';
import type { Footage } from '../../../simulators/onvif-camera/picture/footage.ts';
import { sceneNames } from '../../../simulators/onvif-camera/picture/scenes.ts';
import { PictureSource } from '../../../simulators/onvif-camera/picture/source.ts';
import type { Picture } from '../../../simulators/onvif-camera/picture/source.ts';
import { aggregate, packetise } from '../../../simulators/onvif-camera/rtsp/rtp-h264.ts';
import { until } from '../../support/until.ts';

const width = 640;
const height = 360;
const barLines = 32;

describe('simulators/onvif-camera: pictures', () => {
  let footage: Footage;

  before(async function () {
    this.timeout(120_000);
    footage = await footageOf('corridor');
  });

  it('reads back the Exp-Golomb codes that it writes', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 2 ** 20 })), (values) => {
        const writer = new BitWriter();
        for (const value of values) writer.ue(value);
        const reader = new BitReader(writer.trailing().finish());
        for (const value of values) assert.equal(reader.ue(), value);
      }),
    );
  });

  it('takes out the emulation prevention bytes that it puts in, and never leaves a start code', () => {
    const zeroHeavy = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 255 })), { minLength: 1 });
    fc.assert(
      fc.property(zeroHeavy, (bytes) => {
        // A payload ends with its stop bit, never with a zero byte.
        const payload = Uint8Array.from([...bytes, 0x80]);
        const unit = nalUnit(0x65, payload);
        assert.deepEqual([...payloadOf(unit)], [...payload]);
        assert.equal(nalUnits(Buffer.concat([Buffer.from([0, 0, 1]), unit])).length, 1);
      }),
    );
  });

  it('fragments units so that they can be joined again', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 2, maxLength: 300 }), fc.integer({ min: 10, max: 100 }), (bytes, limit) => {
        const unit = Buffer.from(bytes);
        unit[0] = 0x65;
        const payloads = packetise(unit, limit);
        assert.ok(payloads.every((payload) => payload.length <= limit));
        if (payloads.length === 1) assert.deepEqual(payloads[0], unit);
        else {
          const header = Buffer.from([(payloads[0]![0]! & 0xe0) | (payloads[0]![1]! & 0x1f)]);
          assert.deepEqual(Buffer.concat([header, ...payloads.map((payload) => payload.subarray(2))]), unit);
          assert.deepEqual(
            payloads.map((payload) => payload[1]! >> 6),
            payloads.map((_, n) => (n === 0 ? 2 : n === payloads.length - 1 ? 1 : 0)),
          );
        }
      }),
    );
  });

  it('aggregates parameter sets with their sizes', () => {
    assert.deepEqual([...aggregate([Buffer.from([0x67, 1]), Buffer.from([0x68])])], [0x78, 0, 2, 0x67, 1, 0, 1, 0x68]);
  });

  for (const scene of sceneNames) {
    it(`has a key frame of the ${scene} at each second of both loops, and nothing larger than a stream of 600 kbit/s allows`, async function () {
      this.timeout(120_000);
      const { idle, intruder } = await footageOf(scene);
      for (const loop of [idle, intruder]) {
        assert.equal(loop.length, framesPerLoop);
        const keys = loop.flatMap(({ identity }, n) => (identity.idr ? [n] : []));
        assert.deepEqual(
          keys,
          Array.from({ length: 20 }, (_, second) => Math.ceil(second * 12.5)),
        );
        const bytes = loop.reduce((sum, { slice }) => sum + slice.length, 0);
        assert.ok((bytes * 8) / 20 < 600_000);
      }
    });
  }

  for (const [scene, coding] of [...sceneNames.map((name) => [name, 'in-order'] as const), ['corridor', 'b-frames'] as const]) {
    it(`decodes the ${scene} (${coding}) to the same pixels whatever the bar above it shows`, async function () {
      this.timeout(120_000);
      const { stream, painter, idle, intruder } = await footageOf(scene, coding);
      for (const loop of [idle, intruder]) {
        const [dark, busy] = await Promise.all(
          ['', 'MMMMMMMMMMMMMMMMMMMMMMMMMMMMMM'].map(async (name) => {
            const units = loop.flatMap(({ identity, slice }, n) => {
              const at = name === '' ? 0 : n * 3_600_000;
              return identity.idr ? [stream.sps, stream.pps, painter.key(identity, name, at), slice] : [painter.delta(identity, at, at), slice];
            });
            return await hashesBelowTheBar([{ units }]);
          }),
        );
        assert.equal(dark!.length, framesPerLoop);
        assert.deepEqual(busy, dark);
      }
    });
  }

  it('decodes to the bar exactly as it was drawn, above the scene', async () => {
    const source = new PictureSource(footage, 'cam-server', () => 0);
    const luma = await decode([source.keyFrame()]);
    assert.equal(luma.length, width * height);
    const bar = luma.subarray(0, width * barLines);
    assert.deepEqual([Math.min(...bar), Math.max(...bar)], [24, 225]);
    // Between the name and the clock it is flat, however it was predicted.
    for (let line = 0; line < barLines; line++) assert.ok(bar.subarray(line * width + 200, line * width + 440).every((level) => level === 24));
    // The scene goes on below.
    assert.ok(mean(luma.subarray(width * barLines)) > 40);
  });

  it('decodes without a fault from idle through the intruder to a covered lens, and shows each', async function () {
    this.timeout(30_000);
    const source = new PictureSource(footage, 'cam-server', () => 0);
    const pictures: Picture[] = [];
    source.watch((picture) => pictures.push(picture));
    source.start();
    try {
      await until('an idle second', () => pictures.filter(({ key }) => key).length >= 2);
      const idle = pictures.length - 2;
      source.intruder = true;
      await until('the door to open', () => pictures.length >= idle + 34);
      const opened = pictures.length - 2;
      source.covered = true;
      await until('darkness', () => pictures.length >= opened + 20);
      source.stop();
      const luma = await decode(pictures);
      assert.equal(luma.length, pictures.length * width * height);
      const door = (n: number): number => mean(rectangle(luma, n, 410, 130, 40, 100));
      const scene = (n: number): number => mean(rectangle(luma, n, 0, barLines, width, height - barLines));
      assert.ok(door(idle) - door(opened) > 20, `the doorway was ${door(idle)} and is ${door(opened)}`);
      assert.ok(scene(pictures.length - 1) < 25);
    } finally {
      source.stop();
    }
  });
});

const mean = (values: Uint8Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

function rectangle(luma: Uint8Array, picture: number, left: number, top: number, wide: number, high: number): Uint8Array {
  const lines = Array.from({ length: high }, (_, line) => {
    const from = (picture * height + top + line) * width + left;
    return luma.subarray(from, from + wide);
  });
  return Buffer.concat(lines);
}

/** The luma of pictures from the first key frame on. */
async function decode(pictures: readonly Pick<Picture, 'units'>[]): Promise<Buffer> {
  return decoded(pictures, ['-vf', 'extractplanes=y', '-f', 'rawvideo']);
}

/** A hash of what each picture shows below the bar, colours included. */
async function hashesBelowTheBar(pictures: readonly Pick<Picture, 'units'>[]): Promise<string[]> {
  const table = await decoded(pictures, ['-vf', `crop=${width}:${height - barLines}:0:${barLines}`, '-f', 'framemd5']);
  // One line for each picture: stream, times, duration, bytes, hash; comments before them.
  const lines = table.toString().split('\n');
  return lines.filter((line) => /^\d/.test(line)).map((line) => line.slice(line.lastIndexOf(',') + 1).trim());
}

/** What ffmpeg makes of pictures by `output`, without a complaint. */
async function decoded(pictures: readonly Pick<Picture, 'units'>[], output: readonly string[]): Promise<Buffer> {
  const input = ['-v', 'error', '-xerror', '-f', 'h264', '-i', 'pipe:0'];
  const child = spawn('ffmpeg', [...input, '-fps_mode', 'passthrough', ...output, 'pipe:1']);
  const [bytes, complaints]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on('data', (chunk: Buffer) => bytes.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => complaints.push(chunk));
  child.stdin.end(Buffer.concat(pictures.flatMap(({ units }) => units.flatMap((unit) => [Buffer.from([0, 0, 0, 1]), unit]))));
  const status = await new Promise((resolve) => child.on('close', resolve));
  assert.deepEqual([status, Buffer.concat(complaints).toString()], [0, '']);
  return Buffer.concat(bytes);
}

import assert from 'node:assert/strict';
import { Stills } from '../../src/video/stills.ts';
import { ManualClock } from '../support/manual-clock.ts';

const jpeg = (text: string) => Promise.resolve(new TextEncoder().encode(text));
const textOf = async (picture: Promise<Uint8Array>) => new TextDecoder().decode(await picture);

describe('single pictures', () => {
  it('come from the camera, and from its video where it makes none', async () => {
    const own = (camera: string) => (camera === 'cam-1' ? jpeg('own') : Promise.reject(new Error('its adapter has no single pictures')));
    const stills = new Stills(
      [own, (camera) => (camera === 'cam-3' ? Promise.reject(new Error('no video either')) : jpeg('video'))],
      new ManualClock(),
    );
    assert.equal(await textOf(stills.take('cam-1')), 'own');
    assert.equal(await textOf(stills.take('cam-2')), 'video');
    await assert.rejects(stills.take('cam-3'), /no video either/);
  });

  it('are taken once a second for all who look', async () => {
    const clock = new ManualClock();
    let taken = 0;
    const stills = new Stills([() => jpeg(String((taken += 1)))], clock);
    assert.deepEqual(await Promise.all([stills.take('cam-1'), stills.take('cam-1')].map(textOf)), ['1', '1']);
    clock.advance(1_000);
    assert.equal(await textOf(stills.take('cam-1')), '2');
  });

  it('are refused while many are being taken', async () => {
    const stills = new Stills([() => new Promise(() => undefined)], new ManualClock());
    for (let camera = 1; camera <= 8; camera += 1) void stills.take(`cam-${camera}`);
    await assert.rejects(stills.take('cam-9'), /too many/);
  });
});

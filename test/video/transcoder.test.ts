import assert from 'node:assert/strict';
import { Transcoder, TranscoderPlaces } from '../../src/video/transcoder.ts';
import type { TranscodedStream } from '../../src/video/transcoder.ts';
import { until } from '../support/until.ts';
import { TestCamera } from './support/camera.ts';
import { decode, film } from './support/footage.ts';
import { Watched } from './support/watched.ts';

describe('transcoder', () => {
  it('makes H.264 that a browser decodes of H.265, from a key frame on', async () => {
    const camera = new TestCamera(await film({ seconds: 2, codec: 'hevc' }), { codec: 'hevc' });
    await camera.start();
    const watched = new Watched(camera.address);
    const streams: TranscodedStream[] = [];
    const fragments: Buffer[] = [];
    const ended: string[] = [];
    const transcoder = new Transcoder({
      stream: (stream) => streams.push(stream),
      fragment: (fragment) => fragments.push(fragment),
      ended: (reason) => ended.push(reason),
    });
    watched.feed.addReader({ kind: 'viewer', picture: (picture, group) => transcoder.picture(picture, group), state: () => undefined });
    try {
      await until('the camera plays', () => camera.playing > 0);
      await until(
        'converted pictures',
        () => {
          camera.send();
          return fragments.length >= 20;
        },
        30_000,
      );
      assert.match(streams[0]?.mime ?? '', /^video\/mp4; codecs="avc1\./);
      assert.deepEqual([streams.length, ended], [1, []]);
      const { pictures } = await decode(Buffer.concat([streams[0]!.init, ...fragments]));
      assert.ok(pictures >= 20, `${pictures} pictures`);
    } finally {
      transcoder.close();
      await watched.feed.close();
      await camera.stop();
    }
  });

  it('has a place only while there is one', () => {
    const places = new TranscoderPlaces(1);
    assert.deepEqual([places.take(), places.take()], [true, false]);
    places.giveBack();
    assert.equal(places.take(), true);
  });
});

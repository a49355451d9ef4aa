import assert from 'node:assert/strict';
import fc from 'fast-check';
import { resolveControl } from '../../../src/video/rtsp/address.ts';
import { parseSdp } from '../../../src/video/rtsp/sdp.ts';
import { VideoError } from '../../../src/video/video-error.ts';

const audio = 'm=audio 0 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\na=control:trackID=1\r\n';
const h264 =
  'm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=fmtp:96 packetization-mode=1;profile-level-id=64001f; sprop-parameter-sets=Z2QAH6w=,aO48gA==\r\na=control:trackID=2\r\n';
const h265 = 'm=video 0 RTP/AVP 98\r\na=rtpmap:98 H265/90000\r\na=fmtp:98 sprop-vps=QAE=;sprop-sps=QgE=; sprop-pps=RAE=\r\na=control:trackID=3\r\n';

describe('session description', () => {
  it('finds the video track behind an audio track, with its parameter sets', () => {
    const { video, control } = parseSdp(`v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\na=control:*\r\n${audio}${h264}`);
    assert.equal(control, '*');
    assert.deepEqual(video, {
      codec: 'H264',
      payloadType: 96,
      control: 'trackID=2',
      parameterSets: [Buffer.from('6764001fac', 'hex'), Buffer.from('68ee3c80', 'hex')],
    });
  });

  it('prefers H.264 to H.265 and takes H.265 where it is alone', () => {
    assert.equal(parseSdp(`v=0\r\n${h265}${h264}`).video.codec, 'H264');
    const { video } = parseSdp(`v=0\n${h265.replaceAll('\r\n', '\n')}`);
    assert.deepEqual([video.codec, video.payloadType, video.parameterSets.length], ['H265', 98, 3]);
  });

  it('says that there is no video that can be shown', () => {
    assert.throws(() => parseSdp(`v=0\r\n${audio}`), VideoError);
    assert.throws(() => parseSdp('m=video 0 RTP/AVP 26\r\na=rtpmap:26 JPEG/90000\r\n'), VideoError);
  });

  it('survives any text', () => {
    const line = fc.oneof(fc.string({ maxLength: 40 }), fc.constantFrom(...`${audio}${h264}${h265}`.split('\r\n')));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 20 }), (lines) => {
        try {
          parseSdp(lines.join('\r\n'));
        } catch (error) {
          assert.ok(error instanceof VideoError);
        }
      }),
      { numRuns: 20_000 },
    );
  });

  it('appends a control to its base, whatever form both have', () => {
    const cases: [base: string, control: string | undefined, resolved: string][] = [
      ['rtsp://h/a', undefined, 'rtsp://h/a'],
      ['rtsp://h/a/', '*', 'rtsp://h/a/'],
      ['rtsp://h/a', 'track1', 'rtsp://h/a/track1'],
      ['rtsp://h/a/', 'track1', 'rtsp://h/a/track1'],
      ['rtsp://h/a?x=1', 'track1', 'rtsp://h/a?x=1/track1'],
      ['rtsp://h/a', 'rtsp://other/b/track1', 'rtsp://other/b/track1'],
      ['rtsp://h/a', '/track1', 'rtsp://h/a/track1'],
      ['rtsp://h/a', '?track=1', 'rtsp://h/a?track=1'],
    ];
    for (const [base, control, resolved] of cases) assert.equal(resolveControl(base, control), resolved);
  });
});

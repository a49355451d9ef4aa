import assert from 'node:assert/strict';
import fc from 'fast-check';
import { MAX_BODY_BYTES, MAX_HEAD_BYTES, RtspParser, encodeFrame, encodeRequest } from '../../../src/video/rtsp/messages.ts';
import { VideoError } from '../../../src/video/video-error.ts';

/** What a parser made of bytes that came in `pieces`. */
function parse(pieces: readonly Buffer[]): string[] {
  const seen: string[] = [];
  const parser = new RtspParser({
    frame: (channel, payload) => seen.push(`frame ${channel} ${payload.toString('hex')}`),
    response: ({ status, reason, headers, body }) =>
      seen.push(`response ${status} ${reason} ${JSON.stringify([...headers])} ${body.toString('latin1')}`),
    request: ({ method, headers }) => seen.push(`request ${method} ${JSON.stringify([...headers])}`),
  });
  for (const piece of pieces) parser.push(piece);
  return seen;
}

function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const sorted = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b);
  return [0, ...sorted].map((start, i) => bytes.subarray(start, sorted[i] ?? bytes.length));
}

const describeAnswer = Buffer.from(
  'RTSP/1.0 200 OK\r\nCSeq: 2\r\nContent-Base: rtsp://127.0.0.1/\r\nWWW-Authenticate: Basic realm="a"\r\nwww-authenticate: Digest realm="a"\r\ncontent-length:  5\r\n\r\nv=0\r\n',
);
const conversation = Buffer.concat([
  describeAnswer,
  encodeFrame(0, Buffer.from('80e0', 'hex')),
  encodeFrame(1, Buffer.alloc(0)),
  Buffer.from('\r\nRTSP/1.0 200 OK\r\nCSeq: 3\r\n\r\n'),
  encodeFrame(0, Buffer.alloc(1500, 0x24)),
  Buffer.from(encodeRequest('SET_PARAMETER', 'rtsp://127.0.0.1/', { CSeq: '9' })),
  encodeFrame(3, Buffer.alloc(65_535, 0x0d)),
]);

describe('RTSP parser', () => {
  it('takes responses, requests and interleaved frames from one stream', () => {
    const seen = parse([conversation]);
    assert.equal(seen.length, 7);
    const headers =
      '[["cseq",["2"]],["content-base",["rtsp://127.0.0.1/"]],["www-authenticate",["Basic realm=\\"a\\"","Digest realm=\\"a\\""]],["content-length",["5"]]]';
    assert.equal(seen[0], `response 200 OK ${headers} v=0\r\n`);
    assert.equal(seen[1], 'frame 0 80e0');
    assert.equal(seen[2], 'frame 1 ');
    assert.equal(seen[5], 'request SET_PARAMETER [["cseq",["9"]]]');
  });

  it('sees the same however the stream is cut', () => {
    const whole = parse([conversation]);
    const places = fc.array(fc.oneof(fc.nat(conversation.length), fc.nat(1800)), { maxLength: 40 });
    fc.assert(
      fc.property(places, (at) => assert.deepEqual(parse(cut(conversation, at)), whole)),
      { numRuns: 500 },
    );
    assert.deepEqual(parse([...conversation].map((byte) => Buffer.from([byte]))), whole);
  });

  it('survives any bytes: it either waits for more or says that this is not RTSP', () => {
    const bits = fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc
        .constantFrom(
          'RTSP/1.0 200 OK\r\n',
          'Content-Length: 3\r\n',
          '\r\n',
          '$',
          '\0',
          'CSeq: 1\r\n',
          'OPTIONS * RTSP/1.0\r\n',
          'Content-Length: -1\r\n',
        )
        .map((text) => Buffer.from(text)),
    );
    fc.assert(
      fc.property(fc.array(bits, { maxLength: 8 }), (pieces) => {
        const outcome = (list: readonly Buffer[]) => {
          try {
            return parse(list).join('\n');
          } catch (error) {
            assert.ok(error instanceof VideoError && error.code === 'protocol');
            return 'not RTSP';
          }
        };
        const buffers = pieces.map((piece) => Buffer.from(piece));
        assert.equal(outcome(buffers), outcome([Buffer.concat(buffers)]));
      }),
      { numRuns: 20_000 },
    );
  });

  it('refuses a header without an end and a body beyond the limit', () => {
    assert.throws(() => parse([Buffer.from('RTSP/1.0 200 OK\r\n'), Buffer.alloc(MAX_HEAD_BYTES, 'a')]), VideoError);
    assert.throws(() => parse([Buffer.from(`RTSP/1.0 200 OK\r\nContent-Length: ${MAX_BODY_BYTES + 1}\r\n\r\n`)]), VideoError);
    assert.throws(() => parse([Buffer.from('RTSP/1.0 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n')]), VideoError);
  });
});

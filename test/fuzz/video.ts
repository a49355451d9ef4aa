import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { systemClock } from '../../src/domain/clock.ts';
import { FRAGMENT_HEADER_BYTES } from '../../src/video/fmp4/fragment.ts';
import { producerReferenceTime, readPictures, readRecording } from '../../src/video/fmp4/read.ts';
import { Ingest } from '../../src/video/ingest.ts';
import { PictureWriter } from '../../src/video/picture-writer.ts';
import { Ring } from '../../src/video/ring.ts';
import { ReorderBuffer } from '../../src/video/rtp/reorder.ts';
import { readSenderReport, saysGoodbye } from '../../src/video/rtp/rtcp.ts';
import { parseRtp } from '../../src/video/rtp/rtp.ts';
import { Reception } from '../../src/video/rtp/reception.ts';
import { Timeline } from '../../src/video/rtp/timeline.ts';
import { authorization, parseChallenges, strongest } from '../../src/video/rtsp/auth.ts';
import { RtspSession } from '../../src/video/rtsp/client.ts';
import { MAX_BODY_BYTES, MAX_HEAD_BYTES, RtspParser } from '../../src/video/rtsp/messages.ts';
import { followRedirect, parseAddress, resolveBase, resolveControl } from '../../src/video/rtsp/address.ts';
import { parseSdp } from '../../src/video/rtsp/sdp.ts';
import { UdpPorts } from '../../src/video/rtsp/udp.ts';
import { SlabPool } from '../../src/video/slabs.ts';
import { VideoError } from '../../src/video/video-error.ts';
import { until } from '../support/until.ts';
import { ingestedGroups } from '../video/support/ingested.ts';
import { Packetiser } from '../video/support/packets.ts';
import { inBursts } from './support/delivery.ts';
import { below, bytesOf, mutated, oneOf } from './support/random.ts';
import type { Random } from './support/random.ts';
import type { Target } from './support/targets.ts';

const sdp = [
  'v=0',
  'o=- 1 1 IN IP4 127.0.0.1',
  'a=control:*',
  'm=audio 0 RTP/AVP 0',
  'a=control:trackID=1',
  'm=video 0 RTP/AVP 96',
  'a=rtpmap:96 H264/90000',
  'a=fmtp:96 packetization-mode=1; sprop-parameter-sets=Z2QAH6zZQFAFuwEQAAADABAAAAMDIPGDGWA=,aOvjyyLA',
  'a=control:rtsp://127.0.0.1/stream/trackID=2?x=1',
  '',
].join('\r\n');
const challenge = 'WWW-Authenticate: Digest realm="camera", nonce="a\\"b", algorithm=SHA-256, qop="auth,auth-int", opaque="x", Basic realm="y"';
const conversation = [
  Buffer.from(`RTSP/1.0 200 OK\r\nCSeq: 1\r\nPublic: OPTIONS, DESCRIBE\r\n${challenge}\r\n\r\n`),
  Buffer.from(`RTSP/1.0 200 OK\r\nCSeq: 2\r\nContent-Base: rtsp://127.0.0.1/stream/\r\nContent-Length: ${sdp.length}\r\n\r\n${sdp}`),
  Buffer.from('24000004800060ff0d0a24010000', 'hex'),
  Buffer.from('SET_PARAMETER rtsp://127.0.0.1/ RTSP/1.0\r\nCSeq: 9\r\n\r\n'),
  Buffer.from('RTSP/1.0 302 Found\r\nCSeq: 3\r\nLocation: rtsp://127.0.0.1:1/x\r\n\r\n'),
];

/** Parameter sets of x264 and x265, then slices: the first of a key frame, one that depends on it, supplemental information with a recovery point. */
const units = {
  h264: ['6764001facd9405005bb01100000030010000003032 0f1831960', '68ebe3cb22c0', '06060180', '6588840a', '419a0102'],
  hevc: [
    '40010c01ffff01600000030090000003000003005d959809',
    '420101016000000300900000030000030 05da00280802d165959a4932bc05a020000030002000003003c10',
    '4401c172b46240',
    '4e0106018000',
    '2601af0a',
    '0201d00b',
  ],
} as const;
const nalsOf = (codec: 'h264' | 'hevc') => units[codec].map((hex) => Buffer.from(hex.replaceAll(' ', ''), 'hex'));

async function fuzzParser(random: Random, count: number): Promise<void> {
  await Promise.resolve();
  let parser: RtspParser | undefined;
  for (let i = 0; i < count; i += 1) {
    parser ??= new RtspParser({
      frame: (channel, payload) => assert.ok(channel < 256 && payload.length < 0x1_0000),
      response: ({ status, body }) => assert.ok(status < 1000 && body.length <= MAX_BODY_BYTES),
      request: ({ method }) => assert.ok(method.length <= 20),
    });
    const bytes = random() < 0.01 ? Buffer.alloc(below(random, 2 * MAX_HEAD_BYTES), 'A') : mutated(random, oneOf(random, conversation));
    const cut = below(random, bytes.length + 1);
    try {
      parser.push(bytes.subarray(0, cut));
      parser.push(bytes.subarray(cut));
    } catch (error) {
      assert.ok(error instanceof VideoError && error.code === 'protocol', String(error));
      parser = undefined;
    }
  }
}

/** What a camera writes in words: descriptions, challenges, addresses. */
async function fuzzText(random: Random, count: number): Promise<void> {
  await Promise.resolve();
  const from = parseAddress({ uri: 'rtsp://127.0.0.1/stream', username: 'a', password: 'secret' });
  for (let i = 0; i < count; i += 1) {
    const text = mutated(random, Buffer.from(i % 2 === 0 ? sdp : challenge)).toString(i % 3 === 0 ? 'utf8' : 'latin1');
    try {
      const { video, control } = parseSdp(text);
      resolveControl(resolveControl(from.uri, control), video.control);
    } catch (error) {
      assert.ok(error instanceof VideoError && error.code === 'unsupported', String(error));
    }
    const found = strongest(parseChallenges([text]));
    if (found !== undefined) {
      const answer = authorization(found, { username: 'a', password: 'secret' }, { method: 'PLAY', uri: from.uri, count: 1, cnonce: 'c' });
      assert.ok(!answer.includes('secret'));
    }
    resolveBase(from.uri, text);
    try {
      const { server } = followRedirect(from, text);
      assert.ok(server.credentials === undefined || server.host === from.server.host);
    } catch (error) {
      assert.ok(error instanceof VideoError, String(error));
    }
  }
}

/** Pictures, from packets to fragments in the ring. Whatever comes, what is kept is whole and within its limits. */
async function fuzzPackets(codec: 'h264' | 'hevc', random: Random, count: number): Promise<void> {
  await Promise.resolve();
  const nals = nalsOf(codec);
  const pool = new SlabPool();
  const limits = { seconds: 5, maxBytes: 1024 * 1024 };
  let feed: ReturnType<typeof receiver> | undefined;
  let pictures = 0;
  const packetiser = new Packetiser({ codec, pieceBytes: 40 });
  for (let i = 0; i < count;) {
    if (feed === undefined || random() < 0.0005) {
      pictures += feed?.pictures ?? 0;
      feed?.end();
      feed = receiver(codec, new Ring(pool, limits), pool);
    }
    const key = random() < 0.3;
    const slice = nals.at(key ? -2 : -1) ?? Buffer.alloc(0);
    const nal = Buffer.concat([slice, bytesOf(random, 150)]);
    const at = Math.round(i * 1200 + (random() < 0.01 ? below(random, 2 ** 32) : 0));
    for (const packet of packetiser.picture({ nals: key ? [...nals.slice(0, -2), nal] : [nal] }, at)) {
      feed.push(random() < 0.2 ? mutated(random, packet) : packet);
      i += 1;
    }
  }
  feed?.end();
  assert.ok(count < 1000 || pictures + (feed?.pictures ?? 0) > 0, 'nothing of all that was a picture');
}

function receiver(codec: 'h264' | 'hevc', ring: Ring, pool: SlabPool) {
  let nowMs = 0;
  let pictures = 0;
  const writer = new PictureWriter(pool, FRAGMENT_HEADER_BYTES);
  const ingest = new Ingest({
    media: { codec: codec === 'h264' ? 'H264' : 'H265', payloadType: 96, control: undefined, parameterSets: [] },
    ring,
    timeline: new Timeline(),
    writer,
    clock: { ...systemClock, now: () => nowMs },
    previousStream: undefined,
    onArrival: () => undefined,
    onPicture({ fragment }) {
      pictures += 1;
      assert.ok(ring.bytes <= 1024 * 1024);
      for (let at = 112; at < fragment.length;) {
        at += 4 + fragment.readUInt32BE(at);
        assert.ok(at <= fragment.length, 'a length leads out of the picture');
      }
    },
  });
  const reception = new Reception(1);
  const reorder = new ReorderBuffer((packet) => ingest.packet(packet));
  return {
    get pictures() {
      return pictures;
    },
    push(bytes: Buffer) {
      nowMs += 13;
      readSenderReport(bytes);
      saysGoodbye(bytes);
      const packet = parseRtp(bytes);
      if (packet === undefined) return;
      reception.packet(packet, nowMs);
      assert.ok(reception.lost >= 0);
      if (nowMs % 1000 < 13) assert.equal(reception.report(nowMs).length % 4, 0);
      reorder.push(packet, nowMs);
    },
    end() {
      writer.close();
      ring.clear();
    },
  };
}

/** A recording that a crash or a bad disk left. */
async function fuzzRecordings(random: Random, count: number): Promise<void> {
  const [group] = ingestedGroups(nalsOf('h264'));
  assert.ok(group !== undefined);
  const whole = Buffer.concat([group.stream.init, producerReferenceTime(0), ...group.pictures.map(({ fragment }) => fragment)]);
  for (let i = 0; i < count; i += 1) {
    const bytes = mutated(random, whole);
    const cut = below(random, bytes.length + 1);
    const chunks = async function* () {
      await Promise.resolve();
      yield bytes.subarray(0, cut);
      yield bytes.subarray(cut);
    };
    readRecording(bytes);
    for await (const { fragment } of readPictures(chunks())) assert.ok(fragment.length <= whole.length + bytes.length);
  }
}

/** A camera that answers with anything. The client ends each time with a reason, and leaves nothing open. */
async function fuzzSession(transport: 'tcp' | 'udp', random: Random, count: number): Promise<void> {
  const server = await hostileServer(random, transport);
  const { port } = server.address() as AddressInfo;
  try {
    for (let i = 0; i < count; i += 1) {
      const life = new AbortController();
      const cancel = systemClock.after(30, () => life.abort());
      let session: RtspSession | undefined;
      try {
        session = await RtspSession.open(
          { uri: `rtsp://127.0.0.1:${port}/stream`, username: 'a', password: 'b', transport },
          systemClock,
          life.signal,
        );
        await session.play({ packet: () => undefined, senderReport: () => undefined });
        await session.lost;
      } catch (error) {
        assert.ok(error instanceof VideoError, String(error));
      } finally {
        cancel();
        life.abort();
        session?.close();
      }
    }
  } finally {
    await new Promise((closed) => server.close(closed));
  }
}

async function hostileServer(random: Random, transport: 'tcp' | 'udp'): Promise<Server> {
  const setup = transport === 'tcp' ? 'RTP/AVP/TCP;interleaved=0-1' : 'RTP/AVP;unicast;server_port=9-9';
  const server = createServer((socket) => {
    let requests = 0;
    socket.on('error', () => undefined);
    socket.on('data', () => {
      requests += 1;
      const usual = [conversation[0], conversation[1], Buffer.from(`RTSP/1.0 200 OK\r\nSession: 1\r\nTransport: ${setup}\r\n\r\n`)][requests - 1];
      const answer = Buffer.from((usual ?? Buffer.from('RTSP/1.0 200 OK\r\n\r\n')).toString('latin1').replace(/CSeq: \d+\r\n/, ''), 'latin1');
      socket.write(random() < 0.6 ? answer : mutated(random, answer));
      if (random() < 0.3 || requests > 5) socket.end(mutated(random, oneOf(random, conversation)));
    });
  });
  server.listen(0, '127.0.0.1');
  await new Promise((listening) => server.once('listening', listening));
  return server;
}

/** The ports that a camera sends pictures to. What comes is counted where it is taken in. */
async function fuzzPorts(random: Random, count: number): Promise<void> {
  let taken = 0;
  const ports = await UdpPorts.open('127.0.0.1', '127.0.0.1', {
    rtp: (packet) => void (parseRtp(packet), (taken += 1)),
    rtcp: (packet) => void (readSenderReport(packet), saysGoodbye(packet), (taken += 1)),
  });
  const socket = createSocket('udp4');
  let sent = 0;
  const send = async () => {
    sent += 1;
    const port = ports.rtpPort + below(random, 2);
    await new Promise((resolve) =>
      socket.send(mutated(random, Buffer.from('80e0000100000001000000017c85b84000', 'hex')), port, '127.0.0.1', resolve),
    );
  };
  try {
    await inBursts(count, send, () => until('every packet', () => taken === sent));
  } finally {
    socket.close();
    ports.close();
  }
}

export const targets: readonly Target[] = [
  { name: 'video RTSP parser', kind: 'codec', run: fuzzParser },
  { name: 'video descriptions, challenges and addresses', kind: 'codec', run: fuzzText },
  { name: 'video packets, H.264', kind: 'codec', run: (random, count) => fuzzPackets('h264', random, count) },
  { name: 'video packets, H.265', kind: 'codec', run: (random, count) => fuzzPackets('hevc', random, count) },
  { name: 'video ports, UDP', kind: 'socket', run: fuzzPorts },
  { name: 'video recordings', kind: 'codec', run: fuzzRecordings },
  { name: 'video RTSP session, TCP', kind: 'socket', run: (random, count) => fuzzSession('tcp', random, count) },
  { name: 'video RTSP session, UDP', kind: 'socket', run: (random, count) => fuzzSession('udp', random, count) },
];

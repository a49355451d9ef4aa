import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { createCamera } from '../../simulators/onvif-camera/index.ts';
import { credentials, digestAnswer, envelope, securityHeader } from '../simulators/onvif-camera/soap-client.ts';
import { freePorts } from '../support/free-ports.ts';
import { deliverByTcp, deliverByUdp } from './support/delivery.ts';
import { mutated, oneOf } from './support/random.ts';
import type { Random } from './support/random.ts';
import type { Target } from './support/targets.ts';

const host = '127.0.0.83';
const operations = {
  device: ['GetServices', 'SetRelayOutputState', 'GetDeviceInformation'],
  media: ['GetProfiles', 'GetStreamUri', 'GetSnapshotUri'],
  event: ['CreatePullPointSubscription', 'Subscribe', 'GetEventProperties'],
  ptz: ['GetPresets', 'GotoPreset', 'ContinuousMove', 'GetStatus'],
  recording: ['GetRecordings'],
  search: ['FindRecordings', 'GetRecordingSearchResults', 'EndSearch', 'GetRecordingInformation'],
  replay: ['GetReplayUri'],
  doorcontrol: ['GetDoorInfoList', 'GetDoorState', 'AccessDoor'],
} as const;
const inside =
  '<ProfileToken>profile_1</ProfileToken><PresetToken>1</PresetToken><RelayOutputToken>r</RelayOutputToken><RecordingToken>rec</RecordingToken>' +
  '<InitialTerminationTime>PT60S</InitialTerminationTime><Token>door</Token><Velocity><PanTilt x="0.5" y="0"/></Velocity><SearchToken>1</SearchToken>';

/** A camera with everything: presets, a relay, a recorder, a door. */
async function withCamera(use: (ports: { http: number; rtsp: number; replay: number }) => Promise<void>): Promise<void> {
  const [replay = 0] = await freePorts(1);
  const camera = createCamera('cam-fuzz', {
    ...{ host, httpPort: 0, rtspPort: 0, replayPort: replay, ...credentials, discovery: true, sessionTimeoutSeconds: 1 },
    ...{ presets: ['a', 'b'], relays: ['r'], recordings: [{ token: 'rec', source: 'Yard' }], doors: [{ token: 'door', reader: 'reader' }] },
  });
  await camera.start();
  try {
    await use({ http: camera.httpPort, rtsp: camera.rtspPort, replay });
  } finally {
    await camera.stop();
  }
}

/** Sends a right request and gives the answer, once the camera has ended the connection. */
function ask(port: number, request: string): Promise<string> {
  return text(connect({ host, port, allowHalfOpen: true }).end(request));
}

const fuzzSoap = (random: Random, count: number) =>
  withCamera(async ({ http: port }) => {
    const input = () => {
      const service = oneOf(random, Object.keys(operations) as (keyof typeof operations)[]);
      const name = oneOf<string>(random, operations[service]);
      const body = mutated(random, Buffer.from(envelope(`<${name}>${inside}</${name}>`, securityHeader())));
      const head = `POST /onvif/${service}_service HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n`;
      const request = Buffer.concat([Buffer.from(head), body]);
      return random() < 0.8 ? request : mutated(random, request);
    };
    await deliverByTcp({ host, port }, random, count, input, 'answer');
    const body = envelope('<GetSystemDateAndTime/>');
    const head = `POST /onvif/device_service HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n`;
    assert.match(await ask(port, head + body), /^HTTP\/1\.1 200/);
  });

/** Requests of a client that knows the password; so many are made with one nonce. */
const requestsWithNonce = 100;
const methods = ['OPTIONS', 'DESCRIBE', 'SETUP', 'PLAY', 'PAUSE', 'GET_PARAMETER', 'TEARDOWN'];

/** Broken requests for a stream by RTSP, most of them with a right answer to the camera's challenge. */
async function fuzzRtsp(port: number, path: string, random: Random, count: number): Promise<void> {
  const base = `rtsp://${host}:${port}${path}`;
  for (let done = 0; done < count; done += requestsWithNonce) {
    const challenge = /WWW-Authenticate: (.*)\r/.exec(await ask(port, `DESCRIBE ${base} RTSP/1.0\r\nCSeq: 1\r\n\r\n`))?.[1] ?? '';
    const request = (method: string) => {
      const uri = method === 'SETUP' ? `${base}/trackID=1` : base;
      return `${method} ${uri} RTSP/1.0\r\nCSeq: 1\r\nAuthorization: ${digestAnswer(challenge, method, uri)}\r\nTransport: RTP/AVP/TCP;interleaved=0-1\r\n\r\n`;
    };
    const input = () => mutated(random, Buffer.from(request(oneOf(random, methods)) + request(oneOf(random, methods))));
    await deliverByTcp({ host, port }, random, Math.min(requestsWithNonce, count - done), input);
  }
  assert.match(await ask(port, 'OPTIONS * RTSP/1.0\r\nCSeq: 7\r\n\r\n'), /^RTSP\/1\.0 200 OK\r\nCSeq: 7/);
}

const fuzzDiscovery = (random: Random, count: number) =>
  withCamera(async () => {
    const types = '<d:Types>dn:NetworkVideoTransmitter</d:Types><d:Scopes>onvif://www.onvif.org/type</d:Scopes>';
    const probe = Buffer.from(envelope(`<d:Probe xmlns:d="d">${types}</d:Probe>`, '<MessageID>urn:uuid:1</MessageID>'));
    const datagram = Buffer.from(envelope('<d:Probe xmlns:d="d"/>', '<MessageID>urn:uuid:right</MessageID>'));
    const question = { datagram, isAnswer: (bytes: Buffer) => bytes.includes('urn:uuid:right') };
    await deliverByUdp({ host, port: 3702 }, count, () => mutated(random, probe), question, host);
  });

export const targets: readonly Target[] = [
  { name: 'simulators/onvif-camera: SOAP requests', kind: 'socket', run: fuzzSoap },
  {
    name: 'simulators/onvif-camera: RTSP requests',
    kind: 'socket',
    run: (random, count) => withCamera(({ rtsp }) => fuzzRtsp(rtsp, '/stream', random, count)),
  },
  {
    name: 'simulators/onvif-camera: RTSP of a recorder',
    kind: 'socket',
    run: (random, count) => withCamera(({ replay }) => fuzzRtsp(replay, '/replay/rec', random, count)),
  },
  { name: 'simulators/onvif-camera: discovery', kind: 'socket', run: fuzzDiscovery },
];

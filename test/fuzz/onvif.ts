import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { readFileSync, readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { MalformedReply, SoapFault } from '../../adapters/onvif-camera/errors.ts';
import { openHook } from '../../adapters/onvif-camera/notify-listener.ts';
import { readNotifications, readSubscription } from '../../adapters/onvif-camera/notifications.ts';
import { readProbeMatches } from '../../adapters/onvif-camera/probe-match.ts';
import { readReply } from '../../adapters/onvif-camera/soap.ts';
import { topicsOf } from '../../adapters/onvif-camera/topics.ts';
import { createCamera } from '../../simulators/onvif-camera/index.ts';
import { Connected } from '../adapters/onvif-camera/connected.ts';
import { ScriptedCamera, notification } from '../adapters/onvif-camera/scripted-camera.ts';
import { credentials, envelope, http, securityHeader } from '../simulators/onvif-camera/soap-client.ts';
import { until } from '../support/until.ts';
import { below, mutated, oneOf } from './support/random.ts';
import type { Random } from './support/random.ts';
import type { Target } from './support/targets.ts';

const folder = new URL('../adapters/onvif-camera/replies/', import.meta.url);
const replies = readdirSync(folder)
  .filter((name) => name.endsWith('.xml'))
  .map((name) => readFileSync(new URL(name, folder)));
const address = '<wsa:EndpointReference><wsa:Address>urn:uuid:1</wsa:Address></wsa:EndpointReference>';
const probeMatch = Buffer.from(
  `<s:Envelope><s:Body><d:ProbeMatches><d:ProbeMatch>${address}<d:Types>dn:NetworkVideoTransmitter</d:Types><d:Scopes>onvif://www.onvif.org/name/A%20B ` +
    'onvif://www.onvif.org/Profile/C</d:Scopes><d:XAddrs>http://10.0.0.7:8080/onvif/device_service</d:XAddrs></d:ProbeMatch></d:ProbeMatches></s:Body></s:Envelope>',
);
const operations = ['GetProfiles', 'GetServices', 'GetStreamUri', 'GetPresets', 'GotoPreset', 'SetRelayOutputState', 'CreatePullPointSubscription'];
const soap = () =>
  operations.map((name) =>
    Buffer.from(envelope(`<${name}><ProfileToken>profile_1</ProfileToken><PresetToken>1</PresetToken></${name}>`, securityHeader())),
  );
const rtsp = ['OPTIONS', 'DESCRIBE', 'SETUP', 'PLAY', 'TEARDOWN'].map((method) =>
  Buffer.from(`${method} rtsp://127.0.0.1/stream RTSP/1.0\r\nCSeq: 1\r\nTransport: RTP/AVP/TCP;interleaved=0-1\r\nContent-Length: 0\r\n\r\n`),
);

async function fuzzReplies(random: Random, count: number): Promise<void> {
  await Promise.resolve();
  for (let i = 0; i < count; i += 1) {
    const text = mutated(random, oneOf(random, replies)).toString('utf8');
    try {
      const reply = readReply(below(random, 600), text);
      for (const message of readNotifications(reply, text)) {
        if ('topic' in message) for (const topic of topicsOf(message.topic)) topic.reading(message.data.get(topic.item) ?? '');
      }
      readSubscription(reply, text);
    } catch (error) {
      assert.ok(error instanceof MalformedReply || error instanceof SoapFault, String(error));
    }
  }
}

async function fuzzProbeMatches(random: Random, count: number): Promise<void> {
  await Promise.resolve();
  for (let i = 0; i < count; i += 1) {
    for (const { port, name } of readProbeMatches(mutated(random, probeMatch).toString('utf8'))) {
      assert.ok(port >= 1 && port <= 65_535 && !/[\n\r]/.test(name));
    }
  }
}

/** A camera whose pulls are answered with anything: the adapter goes on, and takes what can be understood. */
async function fuzzAdapter(random: Random, count: number): Promise<void> {
  const camera = new ScriptedCamera();
  await camera.start();
  const gateway = new Connected();
  try {
    await gateway.open(camera);
    let left = count;
    camera.on('PullMessages', (request) => {
      if (left === 0) return camera.usual(request);
      left -= 1;
      return { status: oneOf(random, [200, 200, 400, 500]), body: mutated(random, oneOf(random, replies)).toString('latin1') };
    });
    // After each failure the adapter waits longer: one round is enough to show that it comes back.
    camera.push();
    await until('some hostile replies', () => left < count, 30_000);
    camera.forget('PullMessages');
    camera.push(notification(true), notification(false));
    await until('an event after them', () => gateway.phases().length > 0, 30_000);
  } finally {
    await gateway.end();
    await camera.stop();
  }
}

async function fuzzHook(random: Random, count: number): Promise<void> {
  let taken = 0;
  const hook = await openHook('127.0.0.1', 0, () => Promise.resolve(void (taken += 1)));
  const { port, pathname } = new URL(hook.url);
  try {
    const request = Buffer.from(`POST ${pathname} HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello`);
    for (let i = 0; i < count; i += 1) await sendTcp(Number(port), mutated(random, request));
    const before = taken;
    assert.equal((await http(Number(port), 'POST', pathname, 'hello')).status, 200);
    assert.equal(taken, before + 1);
    assert.equal((await http(Number(port), 'POST', '/guessed', 'hello')).status, 404);
  } finally {
    hook.close();
  }
}

async function withCamera(use: (ports: { http: number; rtsp: number }) => Promise<void>): Promise<void> {
  const presets = ['a', 'b'];
  const camera = createCamera('cam-fuzz', { host: '127.0.0.83', httpPort: 0, rtspPort: 0, ...credentials, presets, relays: ['r'], discovery: true });
  await camera.start();
  try {
    await use({ http: camera.httpPort, rtsp: camera.rtspPort });
  } finally {
    await camera.stop();
  }
}
const simulatorHost = '127.0.0.83';

const fuzzSoap = (random: Random, count: number) =>
  withCamera(async (ports) => {
    for (let i = 0; i < count; i += 1) {
      const body = mutated(random, oneOf(random, soap()));
      const head = `POST ${oneOf(random, ['/onvif/device_service', '/onvif/event_service', '/onvif/ptz_service', '/snapshot.jpg'])} HTTP/1.1\r\n`;
      await sendTcp(
        ports.http,
        Buffer.concat([Buffer.from(`${head}Host: x\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n`), body]),
        simulatorHost,
      );
    }
    const answer = await sendTcp(ports.http, Buffer.from('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'), simulatorHost);
    assert.match(answer.toString(), /^HTTP\/1\.1 404/);
  });

const fuzzRtsp = (random: Random, count: number) =>
  withCamera(async (ports) => {
    for (let i = 0; i < count; i += 1) await sendTcp(ports.rtsp, mutated(random, oneOf(random, rtsp)), simulatorHost);
    const answer = await sendTcp(ports.rtsp, Buffer.from('OPTIONS * RTSP/1.0\r\nCSeq: 7\r\n\r\n'), simulatorHost);
    assert.match(answer.toString(), /^RTSP\/1\.0 200 OK\r\nCSeq: 7/);
  });

const fuzzDiscovery = (random: Random, count: number) =>
  withCamera(async () => {
    const socket = createSocket('udp4');
    const answers: string[] = [];
    socket.on('message', (datagram) => answers.push(datagram.toString()));
    const probe = Buffer.from(
      envelope('<d:Probe xmlns:d="d"><d:Types>dn:NetworkVideoTransmitter</d:Types></d:Probe>', '<MessageID>urn:uuid:1</MessageID>'),
    );
    try {
      await new Promise<void>((resolve) => socket.bind(0, simulatorHost, resolve));
      for (let i = 0; i < count; i += 1) socket.send(mutated(random, probe), 3702, simulatorHost);
      socket.send(envelope('<d:Probe xmlns:d="d"/>', '<MessageID>urn:uuid:last</MessageID>'), 3702, simulatorHost);
      await until('an answer to the last probe', () => answers.some((answer) => answer.includes('urn:uuid:last')));
    } finally {
      socket.close();
    }
  });

/** Sends bytes and gives what came back until the peer ended, or was silent for a moment. */
async function sendTcp(port: number, bytes: Buffer, host = '127.0.0.1'): Promise<Buffer> {
  return await new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const socket = connect(port, host, () => socket.write(bytes));
    const done = () => {
      socket.destroy();
      resolve(Buffer.concat(chunks));
    };
    socket.setTimeout(40, done);
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('error', done);
    socket.on('end', done);
  });
}

export const targets: readonly Target[] = [
  { name: 'onvif-camera: replies', kind: 'codec', run: fuzzReplies },
  { name: 'onvif-camera: answers to probes', kind: 'codec', run: fuzzProbeMatches },
  { name: 'onvif-camera: adapter with a hostile camera', kind: 'socket', run: fuzzAdapter },
  { name: 'onvif-camera: listener for notifications', kind: 'socket', run: fuzzHook },
  { name: 'simulators/onvif-camera: SOAP requests', kind: 'socket', run: fuzzSoap },
  { name: 'simulators/onvif-camera: RTSP requests', kind: 'socket', run: fuzzRtsp },
  { name: 'simulators/onvif-camera: discovery', kind: 'socket', run: fuzzDiscovery },
];

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { MalformedReply, SoapFault } from '../../adapters/onvif-camera/errors.ts';
import { readNotifications, readSubscription } from '../../adapters/onvif-camera/notifications.ts';
import { readProbeMatches } from '../../adapters/onvif-camera/probe-match.ts';
import { readReply } from '../../adapters/onvif-camera/soap.ts';
import { topicsOf } from '../../adapters/onvif-camera/topics.ts';
import { Connected } from '../adapters/onvif-camera/connected.ts';
import { ScriptedCamera, envelope, notification } from '../adapters/onvif-camera/scripted-camera.ts';
import type { Answer, SeenRequest } from '../adapters/onvif-camera/scripted-camera.ts';
import { http } from '../simulators/onvif-camera/soap-client.ts';
import { hasty } from '../support/hasty-clock.ts';
import { until } from '../support/until.ts';
import { deliverByTcp, isReported, severalAtOnce } from './support/delivery.ts';
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

/** A camera that answers with anything, a pull most often, until it is told to be calm. */
class HostileCamera extends ScriptedCamera {
  calm = false;
  hostileReplies = 0;
  readonly #random: Random;
  #moves = false;

  constructor(random: Random) {
    super();
    this.#random = random;
    for (const operation of asked) this.on(operation, (request) => this.#answer(request));
  }

  #answer(request: SeenRequest): Answer | Promise<Answer> {
    this.seen.splice(0);
    // An answer that nobody waits for is no input.
    if (!this.calm && !request.abandoned() && this.#random() < (isEventPull(request) ? 0.6 : 0.25)) {
      this.hostileReplies += 1;
      if (this.#random() < 0.03) return 'cut';
      return {
        status: oneOf(this.#random, [200, 200, 200, 400, 500, 401]),
        body: mutated(this.#random, oneOf(this.#random, replies)).toString('latin1'),
      };
    }
    if (request.operation === 'PullMessages') this.messages.push(notification((this.#moves = !this.#moves)), crossing());
    return this.usual(request);
  }
}

/** What is an event whatever states the camera has told before: each has a time of its own. */
const crossing = () => notification('7', { topic: 'tns1:RuleEngine/LineDetector/Crossed', item: 'ObjectId' });
const crossings = (gateway: Connected) => gateway.host.of('cam-1', 'video.line-crossed').length;

const asked = ['GetSystemDateAndTime', 'GetDeviceInformation', 'GetServices', 'GetProfiles', 'GetStreamUri', 'CreatePullPointSubscription'].concat([
  'SetSynchronizationPoint',
  'PullMessages',
  'Renew',
  'Unsubscribe',
]);
/** A calm camera may be lost so often because the machine has no time. */
const MOST_LINKS = 5;
/** Not one of the first pulls, by which the states are read: those ask for a second at most. */
const isEventPull = ({ operation, envelope }: SeenRequest) => operation === 'PullMessages' && !envelope.includes('PT1S');

/** Cameras that answer with anything: the adapter goes on or ends its connection with a reason, and takes what can be understood. */
async function fuzzAdapter(random: Random, count: number): Promise<void> {
  let delivered = 0;
  const cameras = Math.min(32, Math.ceil(count / 20));
  await severalAtOnce(
    cameras,
    async () => {
      const camera = new HostileCamera(random);
      await camera.start();
      try {
        while (camera.hostileReplies * cameras < count) await endure(camera, Math.min(20, count));
        camera.calm = true;
        // A link that this machine was too slow for is made anew, as the gateway does.
        let links = 1;
        while ((await endure(camera, 0)) !== 'an event came') assert.ok((links += 1) <= MOST_LINKS, 'a calm camera is lost again and again');
        delivered += camera.hostileReplies;
      } finally {
        await camera.stop();
      }
    },
    cameras,
  );
  assert.ok(delivered >= count);
}

/** Connects, and stays until the camera has sent so many hostile replies or the connection has ended; in the first case an event of the calm camera comes through. */
async function endure(camera: HostileCamera, replies: number): Promise<'an event came' | 'the connection ended'> {
  // Pauses after failures are a hundredth of what they are, and a reply has 600 ms.
  const gateway = new Connected(undefined, hasty(100));
  const goal = camera.hostileReplies + replies;
  let ended = false;
  const end = (error: unknown) => {
    isReported(error);
    ended = true;
  };
  try {
    const connection = await gateway.open(camera, { timeoutMs: 60_000 }).catch(end);
    const done = connection?.done.catch(end);
    await until('hostile replies', () => ended || camera.hostileReplies >= goal);
    camera.calm = true;
    const before = crossings(gateway);
    await until('an event after them', () => ended || crossings(gateway) > before);
    const outcome = ended ? 'the connection ended' : 'an event came';
    await gateway.end();
    await done;
    return outcome;
  } finally {
    camera.calm = replies === 0;
    await gateway.end();
  }
}

/** A camera that is asked to post its events: whatever is sent to where it shall post them, and whatever it posts. */
async function fuzzPosts(random: Random, count: number): Promise<void> {
  const camera = new ScriptedCamera();
  await camera.start();
  let consumer = '';
  camera.on('Subscribe', ({ envelope: request }) => {
    consumer = /ConsumerReference>.*?(http:[^<]*)/.exec(request)?.[1] ?? '';
    const reference = `<SubscriptionReference><a:Address>${camera.address}/onvif/sub</a:Address></SubscriptionReference>`;
    return { body: envelope(`<SubscribeResponse>${reference}${camera.times()}</SubscribeResponse>`) };
  });
  const gateway = new Connected();
  try {
    await gateway.open(camera, { events: 'notify', notifyAddress: '127.0.0.1' });
    const { hostname, port, pathname } = new URL(consumer);
    const post = (body: Buffer) =>
      Buffer.concat([Buffer.from(`POST ${pathname} HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n`), body]);
    const events = Buffer.from(envelope(`<Notify>${notification(true)}${crossing()}</Notify>`));
    const input = () => (random() < 0.8 ? post(mutated(random, events)) : mutated(random, post(events)));
    await deliverByTcp({ host: hostname, port: Number(port) }, random, count, input, 'answer');
    const before = crossings(gateway);
    assert.equal((await http(Number(port), 'POST', pathname, envelope(`<Notify>${crossing()}</Notify>`))).status, 200);
    assert.equal(crossings(gateway), before + 1);
    assert.equal((await http(Number(port), 'POST', '/guessed', events.toString())).status, 404);
  } finally {
    await gateway.end();
    await camera.stop();
  }
}

export const targets: readonly Target[] = [
  { name: 'onvif-camera: replies', kind: 'codec', run: fuzzReplies },
  { name: 'onvif-camera: answers to probes', kind: 'codec', run: fuzzProbeMatches },
  { name: 'onvif-camera: adapter with a hostile camera', kind: 'socket', run: fuzzAdapter },
  { name: 'onvif-camera: listener for notifications', kind: 'socket', run: fuzzPosts },
];

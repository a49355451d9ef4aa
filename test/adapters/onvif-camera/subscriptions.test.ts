import assert from 'node:assert/strict';
import { createCamera } from '../../../simulators/onvif-camera/index.ts';
import type { CameraSimulator } from '../../../simulators/onvif-camera/index.ts';
import type { ServedPoint } from '../../../src/adapter/contract.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { until } from '../../support/until.ts';
import { camera, Connected } from './connected.ts';
import { envelope, fault, notification, ScriptedCamera } from './scripted-camera.ts';

const usual = { httpPort: 0, rtspPort: 0, username: 'sallyport', password: 'open sesame' };
const MOTION = 'tns1:RuleEngine/CellMotionDetector/Motion';
const SCENE = 'tns1:VideoSource/GlobalSceneChange/ImagingService';
const LOSS = 'tns1:VideoSource/SignalLoss';

describe('onvif-camera: several subscriptions', function () {
  this.timeout(30_000);
  let simulator: CameraSimulator;
  let gateway: Connected;

  const begin = async (options: object) => {
    simulator = createCamera('cam-1', { ...usual, ...options });
    await simulator.start();
    gateway = new Connected();
    await gateway.open({ port: simulator.httpPort }, { topics: [MOTION, SCENE, LOSS], topicsPerSubscription: 1, timeoutMs: 2_000, pullSeconds: 5 });
  };
  afterEach(async () => {
    await gateway.end();
    await simulator.stop();
  });

  it('serve a device that takes one topic at a time, and are all given back', async () => {
    await begin({ quirks: ['one-topic-a-subscription'] });
    assert.equal(simulator.subscriptions, 3);
    for (const [stimulus, kind] of [
      ['motion', 'video.motion'],
      ['tamper', 'video.tamper'],
      ['signal-loss', 'video.lost'],
    ] as const) {
      await simulator.stimuli[stimulus]?.({});
      await until(kind, () => gateway.phases(kind).includes('raised'));
      assert.deepEqual(gateway.phases(kind), ['(restored)', 'raised']);
    }
    await gateway.end();
    assert.equal(simulator.subscriptions, 0);
  });

  it('are all made anew when one is lost', async () => {
    await begin({});
    await simulator.faults['subscription-lost']?.({});
    await until('three subscriptions', () => simulator.subscriptions === 3);
    await simulator.stimuli['motion']?.({});
    await until('motion', () => gateway.phases().includes('raised'));
  });
});

describe('onvif-camera: several subscriptions to a device that filters nothing', () => {
  it('hear everything once', async () => {
    const device = new ScriptedCamera();
    await device.start();
    const crossed = 'tns1:RuleEngine/LineDetector/Crossed';
    // Every subscription is sent everything, each message to each.
    const waiting = new Map<string, string[]>();
    device.on('CreatePullPointSubscription', async (request) => {
      if (/<TopicExpression/.test(request.envelope)) return { status: 400, body: fault('InvalidFilterFault', 'no filters here') };
      const path = `/onvif/sub?Idx=${waiting.size}`;
      waiting.set(path, []);
      const reference = `<SubscriptionReference><a:Address>${device.address}${path}</a:Address></SubscriptionReference>`;
      return Promise.resolve({
        body: envelope(`<CreatePullPointSubscriptionResponse>${reference}${device.times()}</CreatePullPointSubscriptionResponse>`),
      });
    });
    device.on('PullMessages', async (request) => {
      const messages = waiting.get(request.path)?.splice(0) ?? [];
      if (messages.length === 0)
        await until('a message', () => request.abandoned() || (waiting.get(request.path)?.length ?? 0) > 0 || /PT1S/.test(request.envelope));
      const all = [...messages, ...(waiting.get(request.path)?.splice(0) ?? [])];
      return { body: envelope(`<PullMessagesResponse>${device.times()}${all.join('')}</PullMessagesResponse>`) };
    });
    const gateway = new Connected();
    await gateway.open(device, { topics: [crossed, 'tns1:VideoSource/MotionAlarm'], topicsPerSubscription: 1 });
    assert.equal(waiting.size, 2);
    const now = new Date();
    for (const queue of waiting.values())
      queue.push(notification('17', { topic: crossed, item: 'ObjectId', operation: '', at: now }), notification(true));
    await until('motion', () => gateway.phases().includes('raised'));
    await until('the line', () => gateway.phases('video.line-crossed').length > 0);
    for (const queue of waiting.values()) queue.push(notification(false));
    await until('the end of motion', () => gateway.phases().includes('restored'));
    assert.deepEqual([gateway.phases(), gateway.phases('video.line-crossed')], [['raised', 'restored'], ['momentary']]);
    await gateway.end();
    await device.stop();
  });
});

describe('onvif-camera: a door controller without events', function () {
  this.timeout(30_000);
  const points: ServedPoint[] = [{ id: 'door-1', type: 'door', name: 'Door 1', at: { token: 'Door-1' } }];
  let simulator: CameraSimulator;
  let gateway: Connected;

  beforeEach(async () => {
    simulator = createCamera('ctl', {
      ...usual,
      quirks: ['no-event-service'],
      doors: [{ token: 'Door-1', reader: 'AccessPoint-1', accessSeconds: 600 }],
    });
    await simulator.start();
    gateway = new Connected(points);
  });
  afterEach(async () => {
    await gateway.end();
    await simulator.stop();
  });

  it('is asked for the state of its doors again and again', async () => {
    const connection = await gateway.open({ port: simulator.httpPort }, { doorSeconds: 0.2 });
    const phases = (kind: 'door.forced' | 'door.unlocked') =>
      gateway.host.of('door-1', kind).map(({ phase, initial }) => `${phase}${initial ? ' (read)' : ''}`);
    assert.deepEqual(phases('door.forced'), ['restored (read)']);
    await simulator.stimuli['force']?.({});
    await until('the forced door', () => phases('door.forced').length === 2);
    await simulator.stimuli['close']?.({});
    await until('its end', () => phases('door.forced').length === 3);
    assert.deepEqual(phases('door.forced'), ['restored (read)', 'raised', 'restored']);
    await connection.doors?.command('door-1', 'access');
    await until('the lock', () => phases('door.unlocked').length === 2);
    assert.deepEqual(phases('door.unlocked'), ['restored (read)', 'raised']);
  });

  it('is gone when it answers no more', async () => {
    const connection = await gateway.open({ port: simulator.httpPort }, { doorSeconds: 0.2 });
    await simulator.faults['drop']?.({});
    await assert.rejects(connection.done, /cannot be reached/);
  });
});

describe('onvif-camera: Basic Notification', () => {
  it('finds out within half a minute that the camera has forgotten the subscription', async () => {
    const clock = new ManualClock();
    const device = new ScriptedCamera();
    await device.start();
    let subscribed = 0;
    device.on('Subscribe', () => {
      subscribed += 1;
      const reference = `<SubscriptionReference><a:Address>${device.address}/onvif/sub?Idx=${subscribed}</a:Address></SubscriptionReference>`;
      return { body: envelope(`<SubscribeResponse>${reference}${device.times()}</SubscribeResponse>`) };
    });
    const gateway = new Connected([camera], clock);
    const opening = gateway.open(device, { events: 'notify', notifyAddress: '127.0.0.1' });
    await until('the subscription', () => subscribed === 1 && device.count('SetSynchronizationPoint') === 1);
    // Time passes while the camera may still post its states.
    await until('the connection', () => {
      clock.advance(500);
      return gateway.host.isOnline;
    });
    await opening;
    device.on('Renew', () => ({ status: 500, body: fault('ResourceUnknown', 'no such subscription') }));
    clock.advance(30_000);
    await until('another subscription', () => subscribed === 2);
    assert.equal(device.count('Renew'), 1);
    device.forget('Renew');
    await gateway.end();
    await device.stop();
  });
});

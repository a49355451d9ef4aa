import assert from 'node:assert/strict';
import { setTimeout as tick } from 'node:timers/promises';
import type { Options } from '../../../adapters/onvif-camera/options.ts';
import { createCamera } from '../../../simulators/onvif-camera/index.ts';
import type { CameraSimulator } from '../../../simulators/onvif-camera/index.ts';
import { hasty } from '../../support/hasty-clock.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { until } from '../../support/until.ts';
import { Connected, camera } from './connected.ts';
import { ScriptedCamera, envelope, fault, notification } from './scripted-camera.ts';

/** What is done every five minutes is done every fifteen seconds. */
const hastyClock = hasty(20);

describe('onvif-camera: events that die silently', function () {
  this.timeout(60_000);
  let simulator: CameraSimulator;
  let gateway: Connected;

  const begin = async (more: Partial<Options> = {}, before: (simulator: CameraSimulator) => void | Promise<void> = () => undefined) => {
    simulator = createCamera('cam-1', { httpPort: 0, rtspPort: 0, username: 'sallyport', password: 'open sesame' });
    await simulator.start();
    await before(simulator);
    gateway = new Connected([camera], hastyClock);
    await gateway.open({ port: simulator.httpPort }, { timeoutMs: 60_000, pullSeconds: 1, ...more });
  };
  const end = async () => {
    await gateway.end();
    await simulator.stop();
  };
  const troubles = () => gateway.host.of('device', 'device.trouble').map(({ phase, initial }) => (initial ? `(${phase})` : phase));

  for (const [way, options] of [
    ['by pull point', {}],
    ['by notification', { events: 'notify', notifyAddress: '127.0.0.1' }],
  ] as const) {
    it(`are noticed ${way}: the subscription is renewed and brings nothing, and another is made`, async () => {
      await begin(options);
      await simulator.faults['events-stop']?.({});
      await simulator.stimuli['motion']?.({});
      await until('motion by the next subscription', () => gateway.phases().includes('raised'), 50_000);
      assert.equal(simulator.subscriptions, 1);
      assert.deepEqual(troubles(), ['(restored)']);
      await end();
    });
  }

  it('are reported of a camera that sends nothing from the start, although it says that it has states', async () => {
    await begin({}, (each) => each.faults['events-stop']?.({ newToo: true }));
    await until('the trouble', () => troubles().at(-1) === 'raised', 50_000);
    assert.equal(simulator.subscriptions, 1);
    await end();
  });

  describe('of a scripted camera', () => {
    let device: ScriptedCamera;
    let clock: ManualClock;
    /** What it answers when all states are asked for. */
    let states: string[];
    let mute: boolean;

    beforeEach(async () => {
      clock = new ManualClock();
      device = new ScriptedCamera();
      await device.start();
      states = [notification(false, { operation: 'Initialized' })];
      mute = false;
      device.on('SetSynchronizationPoint', (request) => {
        device.push(...states);
        return device.usual(request);
      });
      device.on('PullMessages', async () => {
        await tick(20);
        const messages = device.messages.splice(0).join('');
        return { body: envelope(`<PullMessagesResponse>${device.times()}${mute ? '' : messages}</PullMessagesResponse>`) };
      });
      gateway = new Connected([camera], clock);
      await gateway.open(device, { timeoutMs: 60_000 });
    });
    afterEach(async () => {
      const ending = gateway.end();
      await soon('the end of the connection', () => Promise.race([ending.then(() => true), tick(0).then(() => false)]));
      await device.stop();
      assert.equal(clock.waiting, 0, 'timers left behind');
    });

    const soon = (what: string, condition: () => boolean | Promise<boolean>) =>
      until(what, () => {
        clock.advance(500);
        return condition();
      });

    it('are reported, and shown as what to look at, when the next subscription brings nothing either; until one does', async () => {
      assert.equal(gateway.host.onlineAttention, undefined);
      mute = true;
      await soon('the trouble', () => troubles().at(-1) === 'raised');
      assert.match(gateway.host.onlineAttention ?? '', /^no events: the camera grants a subscription and sends nothing by it/);
      const before = device.count('CreatePullPointSubscription');
      await soon('another try', () => device.count('CreatePullPointSubscription') > before);
      mute = false;
      await soon('the end of the trouble', () => troubles().at(-1) === 'restored');
      assert.equal(gateway.host.onlineAttention, undefined);
      assert.deepEqual(troubles(), ['(restored)', 'raised', 'restored']);
    });

    it('leave a quiet camera alone that sends its states when it is asked', async () => {
      await soon('three more questions', () => device.count('SetSynchronizationPoint') === 4);
      await soon('a pull', () => device.messages.length === 0);
      assert.equal(device.count('CreatePullPointSubscription'), 1);
      assert.deepEqual(troubles(), ['(restored)']);
    });

    it('leave a camera alone that does not know the question', async () => {
      device.on('SetSynchronizationPoint', () => ({ status: 500, body: fault('ActionNotSupported', 'what?') }));
      await soon('three questions', () => device.count('SetSynchronizationPoint') === 4);
      assert.equal(device.count('CreatePullPointSubscription'), 1);
      assert.deepEqual(troubles(), ['(restored)']);
    });
  });

  describe('that never began, of a scripted camera', () => {
    let device: ScriptedCamera;
    let clock: ManualClock;

    const soon = (what: string, condition: () => boolean) =>
      until(what, () => {
        clock.advance(500);
        return condition();
      });
    /** Which topics it says that it has; it sends nothing of any. `before`: what else is the matter with it. */
    const open = async (topicSet: string, more: Partial<Options> = {}, before: () => void = () => undefined) => {
      clock = new ManualClock();
      device = new ScriptedCamera();
      await device.start();
      device.on('GetEventProperties', () => ({
        body: envelope(`<GetEventPropertiesResponse><TopicSet>${topicSet}</TopicSet></GetEventPropertiesResponse>`),
      }));
      device.on('PullMessages', () => ({
        body: envelope(`<PullMessagesResponse>${device.times()}${device.messages.splice(0).join('')}</PullMessagesResponse>`),
      }));
      before();
      gateway = new Connected([camera], clock);
      await gateway.open(device, { timeoutMs: 60_000, ...more });
    };
    afterEach(async () => {
      let ended = false;
      const ending = gateway.end().then(() => (ended = true));
      await soon('the end of the connection', () => ended);
      await ending;
      await device.stop();
    });
    const topic = (path: string, description: string) =>
      path.split('/').reduceRight((inner, step) => `<${step}>${inner}</${step}>`, `<tt:MessageDescription ${description}</tt:MessageDescription>`);
    const property = (path: string) => topic(path, 'IsProperty="true"><tt:Data/>');

    it('are reported when the next subscription brings nothing either, until one does', async () => {
      await open(property('VideoSource/SignalLoss'));
      await soon('the trouble', () => troubles().at(-1) === 'raised');
      assert.match(gateway.host.onlineAttention ?? '', /^no events: the camera grants a subscription and sends nothing by it/);
      assert.equal(device.count('CreatePullPointSubscription'), 2);
      device.push(notification(true));
      await soon('the end of the trouble', () => troubles().at(-1) === 'restored');
      assert.equal(gateway.host.onlineAttention, undefined);
      assert.deepEqual(troubles(), ['(restored)', 'raised', 'restored']);
    });

    const unknown = () => ({ status: 500, body: fault('ActionNotSupported', 'what?') });
    const quiet: readonly (readonly [who: string, topicSet: string, more?: Partial<Options>, before?: () => void])[] = [
      ['whose topics are no properties', topic('VideoSource/Snapshot', '>') + topic('VideoSource/Event', 'IsProperty="false">')],
      ['with rules that nobody may have set up', property('RuleEngine/CellMotionDetector/Motion') + property('Device/Trigger/DigitalInput')],
      ['with a property for each of what may not be there', topic('VideoSource/Objects', 'IsProperty="true"><tt:Key/>')],
      ['with doors that the site does not know', property('Door/State/DoorMode')],
      ['that has states of which none was asked for', property('VideoSource/SignalLoss'), { topics: ['tns1:RuleEngine//.'] }],
      ['that has no topics', ''],
      ['that does not say what topics it has', '', {}, () => device.on('GetEventProperties', unknown)],
    ];
    for (const [who, topicSet, more, before] of quiet) {
      it(`leave a camera alone ${who}`, async () => {
        await open(topicSet, more, before);
        await soon('a look at its topics', () => device.count('GetEventProperties') === 1);
        const pulls = device.count('PullMessages');
        await soon('more pulls', () => device.count('PullMessages') >= pulls + 3);
        assert.equal(device.count('CreatePullPointSubscription'), 1);
        assert.equal(device.count('GetEventProperties'), 1);
        assert.deepEqual(troubles(), ['(restored)']);
      });
    }

    it('leave a camera alone that does not know the question for its states', async () => {
      await open(property('VideoSource/SignalLoss'), {}, () => device.on('SetSynchronizationPoint', unknown));
      const at = clock.now();
      await soon('a minute of pulls', () => clock.now() - at >= 60_000 && device.count('PullMessages') > 3);
      assert.equal(device.count('GetEventProperties'), 0);
      assert.equal(device.count('CreatePullPointSubscription'), 1);
      assert.deepEqual(troubles(), ['(restored)']);
    });
  });

  it('are reported when no subscription can be made at first, until one can', async () => {
    const device = new ScriptedCamera();
    await device.start();
    device.on('CreatePullPointSubscription', () => ({ status: 500, body: fault('ActionNotSupported', 'out of order') }));
    gateway = new Connected();
    await gateway.open(device);
    await until('the trouble', () => troubles().length === 1);
    const [raised] = gateway.host.of('device', 'device.trouble');
    assert.equal(raised?.phase, 'raised');
    assert.match(String(raised.details?.['reason']), /^no events: .*out of order/);
    assert.match(gateway.host.onlineAttention ?? '', /^no events: .*out of order/);
    device.forget('CreatePullPointSubscription');
    await until('the end of the trouble', () => troubles().at(-1) === 'restored');
    assert.equal(gateway.host.onlineAttention, undefined);
    await gateway.end();
    await device.stop();
  });
});

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

  const begin = async (more: Partial<Options> = {}) => {
    simulator = createCamera('cam-1', { httpPort: 0, rtspPort: 0, username: 'sallyport', password: 'open sesame' });
    await simulator.start();
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

import assert from 'node:assert/strict';
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

/** The pulls that a scripted camera holds open until it has something or their time is over by the test's clock, as cameras do. */
class HeldPulls {
  /** Answers, with nothing whatever there is. */
  mute = false;
  readonly #device: ScriptedCamera;
  readonly #clock: ManualClock;
  #held: { readonly until: number; readonly answer: () => void }[] = [];

  constructor(device: ScriptedCamera, clock: ManualClock) {
    this.#device = device;
    this.#clock = clock;
    device.on('PullMessages', async ({ envelope: asked }) => {
      const heldMs = Number(/PT(\d+)S/.exec(asked)?.[1]) * 1_000;
      await new Promise<void>((answer) => this.#held.push({ until: clock.now() + heldMs, answer }));
      const messages = device.messages.splice(0).join('');
      return { body: envelope(`<PullMessagesResponse>${device.times()}${this.mute ? '' : messages}</PullMessagesResponse>`) };
    });
  }

  /** Lets time pass: fast while the camera holds a pull open, in small steps while requests are on their way, which a slow machine must not make late. */
  pass(): void {
    this.#clock.advance(this.#held.length > 0 ? 5_000 : 500);
    const due = this.#held.filter(({ until }) => until <= this.#clock.now() || (!this.mute && this.#device.messages.length > 0));
    this.#held = this.#held.filter((each) => !due.includes(each));
    for (const { answer } of due) answer();
  }
}

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
    let pulls: HeldPulls;
    /** What it sends when all states are asked for. */
    let states: string[];

    beforeEach(async () => {
      clock = new ManualClock();
      device = new ScriptedCamera();
      await device.start();
      pulls = new HeldPulls(device, clock);
      states = [notification(false, { operation: 'Initialized' })];
      device.on('SetSynchronizationPoint', (request) => {
        device.push(...states);
        return device.usual(request);
      });
    });
    afterEach(async () => {
      await soon('the end of the connection', over(gateway.end()));
      await device.stop();
      assert.equal(clock.waiting, 0, 'timers left behind');
    });

    const soon = (what: string, condition: () => boolean) =>
      until(what, () => {
        pulls.pass();
        return condition();
      });
    const over = (promise: Promise<unknown>) => {
      let isOver = false;
      void promise.then(() => (isOver = true));
      return () => isOver;
    };
    const open = async (more: Partial<Options> = {}) => {
      gateway = new Connected([camera], clock);
      await soon('the connection', over(gateway.open(device, { timeoutMs: 60_000, ...more })));
    };
    const unknown = () => ({ status: 500, body: fault('ActionNotSupported', 'what?') });

    it('are reported, and shown as what to look at, when the next subscription brings nothing either; until one does', async () => {
      await open();
      assert.equal(gateway.host.onlineAttention, undefined);
      pulls.mute = true;
      await soon('the trouble', () => troubles().at(-1) === 'raised');
      assert.match(gateway.host.onlineAttention ?? '', /^no events: the camera grants a subscription and sends nothing by it/);
      const before = device.count('CreatePullPointSubscription');
      await soon('another try', () => device.count('CreatePullPointSubscription') > before);
      pulls.mute = false;
      await soon('the end of the trouble', () => troubles().at(-1) === 'restored');
      assert.equal(gateway.host.onlineAttention, undefined);
      assert.deepEqual(troubles(), ['(restored)', 'raised', 'restored']);
    });

    it('leave a quiet camera alone that sends its states when it is asked', async () => {
      await open();
      await soon('three more questions', () => device.count('SetSynchronizationPoint') === 4);
      await soon('a pull', () => device.messages.length === 0);
      assert.equal(device.count('CreatePullPointSubscription'), 1);
      assert.deepEqual(troubles(), ['(restored)']);
    });

    it('leave a camera alone that does not know the question', async () => {
      await open();
      device.on('SetSynchronizationPoint', unknown);
      await soon('three questions', () => device.count('SetSynchronizationPoint') === 4);
      assert.equal(device.count('CreatePullPointSubscription'), 1);
      assert.deepEqual(troubles(), ['(restored)']);
    });

    describe('that sends nothing from the start', () => {
      beforeEach(() => {
        states = [];
      });

      const offers = (topicSet: string) => {
        const body = envelope(`<GetEventPropertiesResponse><TopicSet>${topicSet}</TopicSet></GetEventPropertiesResponse>`);
        device.on('GetEventProperties', () => ({ body }));
      };
      const topic = (path: string, description: string) =>
        path.split('/').reduceRight((inner, step) => `<${step}>${inner}</${step}>`, `<tt:MessageDescription ${description}</tt:MessageDescription>`);
      const property = (path: string) => topic(path, 'IsProperty="true"><tt:Data/>');

      it('are reported when it says that it has states, and the next subscription brings none either; until one does', async () => {
        offers(property('VideoSource/SignalLoss'));
        await open();
        await soon('the trouble', () => troubles().at(-1) === 'raised');
        assert.match(gateway.host.onlineAttention ?? '', /^no events: the camera grants a subscription and sends nothing by it/);
        assert.equal(device.count('CreatePullPointSubscription'), 2);
        device.push(notification(true));
        await soon('the end of the trouble', () => troubles().at(-1) === 'restored');
        assert.equal(gateway.host.onlineAttention, undefined);
        assert.deepEqual(troubles(), ['raised', 'restored']);
      });

      const quiet: readonly (readonly [who: string, topicSet: string, more?: Partial<Options>])[] = [
        ['whose topics are no properties', topic('VideoSource/Snapshot', '>') + topic('VideoSource/Event', 'IsProperty="false">')],
        ['with rules that nobody may have set up', property('RuleEngine/CellMotionDetector/Motion') + property('Device/Trigger/DigitalInput')],
        ['with a property for each of what may not be there', topic('VideoSource/Objects', 'IsProperty="true"><tt:Key/>')],
        ['with doors that the site does not know', property('Door/State/DoorMode')],
        ['that has states of which none was asked for', property('VideoSource/SignalLoss'), { topics: ['tns1:RuleEngine//.'] }],
        ['that has no topics', ''],
      ];
      const isLeftAlone = async () => {
        // A trouble from before is not over by connecting.
        assert.deepEqual(troubles(), []);
        await soon('a look at its topics', () => device.count('GetEventProperties') === 1);
        const before = device.count('PullMessages');
        await soon('more pulls', () => device.count('PullMessages') >= before + 3);
        assert.equal(device.count('CreatePullPointSubscription'), 1);
        assert.equal(device.count('GetEventProperties'), 1);
        assert.deepEqual(troubles(), ['(restored)']);
      };
      for (const [who, topicSet, more] of quiet) {
        it(`leave a camera alone ${who}`, async () => {
          offers(topicSet);
          await open(more);
          await isLeftAlone();
        });
      }

      it('leave a camera alone that does not say what topics it has', async () => {
        device.on('GetEventProperties', unknown);
        await open();
        await isLeftAlone();
      });

      it('leave a camera alone that does not know the question for its states', async () => {
        offers(property('VideoSource/SignalLoss'));
        device.on('SetSynchronizationPoint', unknown);
        await open();
        await soon('some pulls', () => device.count('PullMessages') >= 5);
        assert.equal(device.count('GetEventProperties'), 0);
        assert.equal(device.count('CreatePullPointSubscription'), 1);
        assert.deepEqual(troubles(), ['(restored)']);
      });
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

import assert from 'node:assert/strict';
import type { DeviceSignal } from '../../../src/domain/event.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { until } from '../../support/until.ts';
import { Connected } from './connected.ts';
import { ScriptedCamera, envelope, fault, notification } from './scripted-camera.ts';

const tamper = { topic: 'tns1:RuleEngine/TamperDetector/Tamper', item: 'IsTamper' };
const cellMotion = { topic: 'tns1:RuleEngine/CellMotionDetector/Motion', item: 'IsMotion' };

describe('onvif-camera: events', () => {
  let device: ScriptedCamera;
  let clock: ManualClock;
  let gateway: Connected;

  /** With patience: these tests move the clock while requests are under way. */
  const open = (timeoutMs = 60_000) => gateway.open(device, { timeoutMs });
  /** Until the camera holds a pull open that can wait long. */
  const polling = (from = 0) =>
    until('a long pull', () => device.seen.slice(from).some((request) => request.operation === 'PullMessages' && !request.envelope.includes('PT1S')));

  beforeEach(async () => {
    clock = new ManualClock(Date.now());
    device = new ScriptedCamera();
    await device.start();
    gateway = new Connected(undefined, clock);
  });

  afterEach(async () => {
    const ending = gateway.end();
    await until('the end of the connection', async () => {
      clock.advance(1_000);
      return Promise.race([ending.then(() => true), new Promise<false>((resolve) => setImmediate(() => resolve(false)))]);
    });
    await device.stop();
    assert.equal(clock.waiting, 0, 'timers left behind');
  });

  it('reports what the camera sees in its order, with its own time, its offset and the message as it was', async () => {
    await open();
    const at = new Date(Math.floor(clock.now() / 1_000) * 1_000 - 5_000);
    device.push(notification(true, { at }), notification(false), notification(true, tamper));
    await until('tamper', () => gateway.phases('video.tamper').length === 1);
    assert.deepEqual(gateway.phases(), ['raised', 'restored']);
    const [first] = gateway.host.of('cam-1', 'video.motion');
    assert.equal(first?.occurredAt, at.getTime());
    assert.equal(first.clockOffsetMs, 0);
    assert.equal(first.raw, notification(true, { at }));
    assert.deepEqual(first.details, { topic: 'tns1:VideoSource/MotionAlarm', cause: 'motion', Source: 'V_SRC_000' });
  });

  it('pulls on while the journal refuses an event, and offers all of them, in order, until they are taken', async () => {
    await open();
    await polling();
    const { report } = gateway.host;
    const offered: DeviceSignal[] = [];
    gateway.host.report = (signal) => {
      if (signal.kind === 'video.motion') offered.push(signal);
      return report(signal);
    };
    gateway.host.journalFails = true;
    device.push(notification(true));
    await until('a refused event', () => offered.length > 0);
    device.push(notification(false));
    await until('the next one, which is offered with the first', () => offered.at(-1)?.phase === 'restored');
    assert.deepEqual(
      offered.slice(-2).map(({ phase }) => phase),
      ['raised', 'restored'],
    );
    assert.equal(offered.at(-2)?.offerKey, offered[0]?.offerKey);
    assert.deepEqual(gateway.phases(), []);
    gateway.host.journalFails = false;
    await until('both events', () => {
      clock.advance(500);
      return gateway.phases().length === 2;
    });
    assert.deepEqual(gateway.phases(), ['raised', 'restored']);
  });

  it('says motion once that is sent by two topics, and its end when both have ended', async () => {
    await open();
    device.push(notification(true), notification(true, cellMotion), notification(false), notification(true, tamper));
    await until('tamper', () => gateway.phases('video.tamper').length === 1);
    // That it is said again is no news: it goes on.
    assert.deepEqual(gateway.phases(), ['raised', '(raised)']);
    device.push(notification(false, cellMotion));
    await until('the end', () => gateway.phases().length === 3);
    assert.deepEqual(gateway.phases(), ['raised', '(raised)', 'restored']);
  });

  for (const item of ['State', 'IsLoitering', 'Value']) {
    it(`reads loitering by the name ${item}, beside other items`, async () => {
      await open();
      const topic = 'tns1:RuleEngine/LoiteringDetector/ObjectIsLoitering';
      const since = '<tt:Data><tt:SimpleItem Name="Since" Value="2026-01-15T12:00:00Z"/>';
      device.push(...[true, false].map((value) => notification(value, { topic, item }).replace('<tt:Data>', since)));
      await until('both', () => gateway.phases('video.loitering').length === 2);
      assert.deepEqual(gateway.phases('video.loitering'), ['raised', 'restored']);
      assert.deepEqual(gateway.host.malformedFrames, []);
    });
  }

  it('takes a picture that is too bright for tampering', async () => {
    await open();
    const topic = 'tns1:VideoSource/ImageTooBright/ImagingService';
    device.push(notification(true, { topic }), notification(false, { topic }));
    await until('both', () => gateway.phases('video.tamper').length === 2);
    assert.deepEqual(gateway.phases('video.tamper'), ['raised', 'restored']);
  });

  it('renews its subscription in time while the journal refuses an event', async () => {
    device.lifetimeSeconds = 60;
    await open();
    await polling();
    gateway.host.journalFails = true;
    let told = 0;
    const { report } = gateway.host;
    const offered = new Set<string | undefined>();
    gateway.host.report = (signal) => {
      if (signal.kind === 'video.motion') offered.add(signal.offerKey);
      return report(signal);
    };
    while (device.count('Renew') === 0) {
      told += 1;
      device.push(notification(told % 2 === 1));
      await until('a refused event', () => {
        clock.advance(20);
        return offered.size === told;
      });
      clock.advance(5_000);
    }
    gateway.host.journalFails = false;
    await until('all that was told', () => {
      clock.advance(100);
      return gateway.phases().length === told;
    });
    gateway.host.report = report;
    assert.equal(device.count('CreatePullPointSubscription'), 1);
  });

  it('makes the state of a deleted property uncertain', async () => {
    await open();
    device.push(notification(true), notification(true, { operation: 'Deleted' }));
    await until('both', () => gateway.phases().length === 2);
    assert.deepEqual(gateway.phases(), ['raised', 'uncertain']);
  });

  it('counts messages that cannot be read and reports those around them', async () => {
    await open();
    device.push('<NotificationMessage><Message/></NotificationMessage>', notification('perhaps'), notification(true));
    await until('motion', () => gateway.phases().length === 1);
    assert.deepEqual(
      gateway.host.malformedFrames.map(({ reason }) => reason),
      ['a notification without a topic', 'tns1:VideoSource/MotionAlarm without a readable State'],
    );
  });

  const troubles = {
    'a reply cut in its middle': () => 'cut' as const,
    'a fault sent with HTTP 200': () => ({ status: 200, body: fault('InvalidArgVal', 'no') }),
    'a subscription that is gone (500 ResourceUnknown)': () => ({ status: 500, body: fault('ResourceUnknown', 'gone') }),
    'a reply that is garbage': () => ({ body: '\u0000\u0001garbage' }),
    'an HTML page': () => ({ status: 404, body: '<html>not here</html>' }),
  };
  for (const [trouble, answer] of Object.entries(troubles)) {
    it(`makes its subscription anew after ${trouble} and goes on reporting`, async () => {
      await open();
      await polling();
      device.on('PullMessages', answer);
      device.push(notification(false));
      await until('the trouble', () => device.count('PullMessages') > 2 && device.count('Unsubscribe') === 1);
      device.forget('PullMessages');
      device.push(notification(true));
      await until('motion', () => {
        clock.advance(200);
        return gateway.phases().includes('raised');
      });
      assert.ok(device.count('CreatePullPointSubscription') >= 2);
    });
  }

  it('makes its subscription anew when a pull hangs', async () => {
    await open(5_000);
    device.on('PullMessages', (request) => (request.envelope.includes('PT20S') ? 'hang' : device.usual(request)));
    device.push(notification(false));
    await until('the hanging pull', () => device.seen.at(-1)?.envelope.includes('PT20S') ?? false);
    await until('another subscription', () => {
      clock.advance(1_000);
      return device.count('CreatePullPointSubscription') === 2;
    });
  });

  it('keeps quiet about states that are the same after a new subscription, and tells those that changed meanwhile as changes', async () => {
    device.push(notification(false, { operation: 'Initialized' }), notification(false, { ...tamper, operation: 'Initialized' }));
    await open();
    await polling();
    device.on('PullMessages', () => ({ status: 500, body: fault('ResourceUnknown', 'gone') }));
    device.push();
    await until('the trouble', () => {
      clock.advance(200);
      return device.count('Unsubscribe') === 1;
    });
    device.messages.push(notification(false, { operation: 'Initialized' }), notification(true, { ...tamper, operation: 'Initialized' }));
    device.forget('PullMessages');
    await until('tamper', () => {
      clock.advance(200);
      return gateway.phases('video.tamper').length === 2;
    });
    assert.deepEqual(gateway.phases('video.tamper'), ['(restored)', 'raised']);
    assert.deepEqual(gateway.phases(), ['(restored)']);
  });

  it('renews well before the end of its subscription', async () => {
    device.lifetimeSeconds = 600;
    await open();
    await polling();
    clock.advance(10_000);
    device.push(notification(true));
    await until('motion', () => gateway.phases().length === 1);
    assert.equal(device.count('Renew'), 0);
    // Eight minutes of ten, in steps that let no pull run into its deadline.
    await until('the renewal', () => {
      if (device.messages.length === 0) device.push(notification(true));
      clock.advance(5_000);
      return device.count('Renew') === 1;
    });
    const renewed = device.seen.find(({ operation }) => operation === 'Renew');
    assert.equal(renewed?.path, '/onvif/sub?Idx=1');
    assert.ok(clock.now() - Date.now() < 590_000);
  });

  it('understands times that end in +00:00', async () => {
    device.on('CreatePullPointSubscription', async (request) => {
      const { body } = (await device.usual(request)) as { body: string };
      return { body: body.replaceAll('Z<', '+00:00<') };
    });
    await open();
    await polling();
    device.push(notification(true));
    await until('motion', () => gateway.phases().length === 1);
    assert.equal(device.count('CreatePullPointSubscription'), 1);
  });

  it('sends the reference parameters of the subscription along, each marked as one', async () => {
    device.on('CreatePullPointSubscription', () => ({
      body: envelope(
        `<CreatePullPointSubscriptionResponse><SubscriptionReference><a:Address>${device.address}/onvif/services</a:Address><a:ReferenceParameters><x:SubscriptionId xmlns:x="http://www.axis.com/2009/event">297</x:SubscriptionId></a:ReferenceParameters></SubscriptionReference>${device.times()}</CreatePullPointSubscriptionResponse>`,
      ),
    }));
    await open();
    const pull = device.seen.find(({ operation }) => operation === 'PullMessages');
    assert.match(
      pull?.envelope ?? '',
      /<SubscriptionId xmlns="http:\/\/www.axis.com\/2009\/event" a:IsReferenceParameter="true">297<\/SubscriptionId>/,
    );
    assert.equal(pull?.path, '/onvif/services');
  });

  it('does without SetSynchronizationPoint where the camera does not know it', async () => {
    device.on('SetSynchronizationPoint', () => ({ status: 400, body: fault('ActionNotSupported', 'no') }));
    await open();
    assert.equal(gateway.host.onlineDetail, 'Acme Eye 4, firmware 5.40');
  });

  it('asks a camera that does not hold its answers back once a second', async () => {
    await open();
    await polling();
    device.on('PullMessages', () => ({ body: envelope(`<PullMessagesResponse>${device.times()}</PullMessagesResponse>`) }));
    device.push();
    await until('the pause', () => device.count('PullMessages') >= 2 && clock.waiting === 2);
    const before = device.count('PullMessages');
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(device.count('PullMessages'), before);
    clock.advance(1_000);
    await until('one more', () => device.count('PullMessages') === before + 1);
  });

  it('ends its pull and gives back its own subscription when the gateway stops', async () => {
    const connection = await open();
    await polling();
    device.on('Unsubscribe', () => ({ status: 500, body: fault('ResourceUnknown', 'gone') }));
    gateway.host.abort();
    await connection.done;
    assert.deepEqual(
      device.seen.filter(({ operation }) => operation === 'Unsubscribe').map(({ path }) => path),
      ['/onvif/sub?Idx=1'],
    );
  });

  it('gives the link up when the camera is gone', async () => {
    const connection = await open();
    await polling();
    const lost = assert.rejects(connection.done, /cannot be reached/);
    await device.stop();
    await lost;
    await device.start();
  });

  it('gives the link up when its events cannot be had any more although the camera is there', async () => {
    const connection = await open();
    await polling();
    device.on('PullMessages', () => ({ status: 500, body: fault('ResourceUnknown', 'gone') }));
    device.on('CreatePullPointSubscription', () => ({ status: 500, body: fault('Action', 'too many subscriptions') }));
    let reason: unknown;
    connection.done.catch((error: unknown) => (reason = error));
    device.push();
    await until('the end', () => {
      clock.advance(500);
      return reason;
    });
    assert.match(String(reason), /no events any more: .*too many subscriptions/);
  });

  it('says so when events come that could not be had at first', async () => {
    device.on('CreatePullPointSubscription', () => 'cut');
    await open();
    assert.match(gateway.host.onlineAttention ?? '', /no events/);
    device.forget('CreatePullPointSubscription');
    await until('recovery', () => {
      clock.advance(500);
      return gateway.host.onlineDetail === 'Acme Eye 4, firmware 5.40';
    });
  });

  it('notices a camera without events that is gone, by asking for its time', async () => {
    device.on('CreatePullPointSubscription', () => 'cut');
    const connection = await open();
    let reason: unknown;
    connection.done.catch((error: unknown) => (reason = error));
    await device.stop();
    await until('the end', () => {
      clock.advance(5_000);
      return reason;
    });
    assert.match(String(reason), /cannot be reached/);
    await device.start();
  });

  it('reports a clock that goes wrong and one that is right again, each once', async () => {
    await open();
    const clocks = () => gateway.host.of('device', 'device.clock').map(({ phase }) => phase);
    const advanceUntil = (length: number) =>
      until('the clock', () => {
        clock.advance(1_000);
        // The camera's time keeps pace with the clock of the test.
        device.clockOffsetMs += 1_000;
        return clocks().length === length;
      });
    device.clockOffsetMs += 90_000;
    await advanceUntil(2);
    device.clockOffsetMs -= 90_000;
    await advanceUntil(3);
    assert.deepEqual(clocks(), ['restored', 'raised', 'restored']);
  });
});

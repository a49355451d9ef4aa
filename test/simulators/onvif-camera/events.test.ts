import assert from 'node:assert/strict';
import { createCamera } from '../../../simulators/onvif-camera/index.ts';
import type { CameraSimulator } from '../../../simulators/onvif-camera/index.ts';
import { until } from '../../support/until.ts';
import { call, credentials, PullPoint } from './soap-client.ts';

const initial = ['Motion Initialized IsMotion=false', 'GlobalSceneChange Initialized State=false', 'SignalLoss Initialized State=false'];

describe('simulators/onvif-camera: events', () => {
  let camera: CameraSimulator;
  const stimulate = async (name: string, active: boolean): Promise<void> => await camera.stimuli[name]?.({ active });

  before(async function () {
    this.timeout(120_000);
    camera = createCamera('cam-test', { httpPort: 0, rtspPort: 0, ...credentials, scene: 'lobby' });
    await camera.start();
  });
  afterEach(async () => {
    await camera.faults['clear']?.({});
    await camera.faults['subscription-lost']?.({});
    for (const name of ['motion', 'intruder', 'tamper', 'signal-loss']) await stimulate(name, false);
  });
  after(() => camera.stop());

  it('begins every subscription with the present states, as Initialized', async () => {
    await stimulate('motion', true);
    const point = await PullPoint.create(camera.httpPort);
    assert.deepEqual((await point.pull()).messages, ['Motion Initialized IsMotion=true', ...initial.slice(1)]);
  });

  it('reports each change once, to every subscription', async () => {
    const points = [await PullPoint.create(camera.httpPort), await PullPoint.create(camera.httpPort)];
    for (const point of points) await point.pull();
    for (const active of [true, true, false]) await stimulate('motion', active);
    await stimulate('tamper', true);
    await stimulate('signal-loss', true);
    const expected = [
      'Motion Changed IsMotion=true',
      'Motion Changed IsMotion=false',
      'GlobalSceneChange Changed State=true',
      'SignalLoss Changed State=true',
    ];
    for (const point of points) assert.deepEqual((await point.pull()).messages, expected);
  });

  it('reports motion when an intruder comes and goes', async () => {
    const point = await PullPoint.create(camera.httpPort);
    await point.pull();
    await stimulate('intruder', true);
    await stimulate('intruder', false);
    assert.deepEqual((await point.pull()).messages, ['Motion Changed IsMotion=true', 'Motion Changed IsMotion=false']);
  });

  it('holds a pull until something happens', async () => {
    const point = await PullPoint.create(camera.httpPort);
    await point.pull();
    let answered = false;
    const pulling = point.pull('PT60S').finally(() => (answered = true));
    // A second request that is answered shows that the first one waits.
    await point.renew('PT60S');
    assert.equal(answered, false);
    await stimulate('motion', true);
    assert.deepEqual((await pulling).messages, ['Motion Changed IsMotion=true']);
  });

  it('answers a pull without messages when its time has passed', async () => {
    const point = await PullPoint.create(camera.httpPort);
    await point.pull();
    const { status, messages } = await point.pull('PT0.05S');
    assert.deepEqual([status, messages], [200, []]);
  });

  it('keeps what a client that hung up did not get', async () => {
    const point = await PullPoint.create(camera.httpPort);
    await point.pull();
    const hangUp = new AbortController();
    const pulling = point.pull('PT60S', 100, hangUp.signal);
    await point.renew('PT60S');
    hangUp.abort();
    await assert.rejects(pulling);
    await point.renew('PT60S');
    await stimulate('motion', true);
    assert.deepEqual((await point.pull('PT1S')).messages, ['Motion Changed IsMotion=true']);
  });

  it('hands out no more than the limit, and the rest the next time', async () => {
    const point = await PullPoint.create(camera.httpPort);
    assert.equal((await point.pull('PT0S', 2)).messages.length, 2);
    assert.equal((await point.pull('PT0S', 2)).messages.length, 1);
  });

  it('keeps the newest hundred messages of a client that does not pull', async () => {
    const point = await PullPoint.create(camera.httpPort);
    for (let n = 0; n < 150; n++) await stimulate('motion', n % 2 === 0);
    const { messages } = await point.pull();
    assert.equal(messages.length, 100);
    assert.equal(messages.at(-1), 'Motion Changed IsMotion=false');
  });

  it('ends only the subscription that is unsubscribed', async () => {
    const [first, second] = [await PullPoint.create(camera.httpPort), await PullPoint.create(camera.httpPort)];
    assert.equal((await first.unsubscribe()).status, 200);
    const gone = await first.pull();
    assert.equal(gone.status, 500);
    assert.match(gone.text, /ResourceUnknownFault/);
    assert.equal((await second.pull()).status, 200);
  });

  it('lets a subscription expire that is not renewed, and live on when it is', async () => {
    const short = '<InitialTerminationTime>PT0.2S</InitialTerminationTime>';
    const [lapsed, renewed] = [await PullPoint.create(camera.httpPort, short), await PullPoint.create(camera.httpPort, short)];
    assert.equal((await renewed.renew('PT60S')).status, 200);
    await until('the expiry', async () => (await lapsed.pull()).status === 500);
    assert.equal((await renewed.pull()).status, 200);
  });

  it('refuses a termination time that has passed', async () => {
    await assert.rejects(
      PullPoint.create(camera.httpPort, '<InitialTerminationTime>2001-01-01T00:00:00Z</InitialTerminationTime>'),
      /UnacceptableTerminationTime/,
    );
  });

  it('refuses an eleventh subscription', async () => {
    for (let n = 0; n < 10; n++) await PullPoint.create(camera.httpPort);
    await assert.rejects(PullPoint.create(camera.httpPort), /SubscribeCreationFailed/);
    assert.equal(camera.subscriptions, 10);
  });

  it('sends only the topics that the filter names', async () => {
    const filter = (expression: string): string =>
      `<Filter><TopicExpression Dialect="http://www.onvif.org/ver10/tev/topicExpression/ConcreteSet" xmlns="http://docs.oasis-open.org/wsn/b-2">${expression}</TopicExpression></Filter>`;
    const below = await PullPoint.create(camera.httpPort, filter('tns1:VideoSource//.'));
    assert.deepEqual((await below.pull()).messages, initial.slice(1));
    const either = await PullPoint.create(camera.httpPort, filter('tns1:RuleEngine/CellMotionDetector/Motion|tns1:VideoSource/SignalLoss'));
    assert.deepEqual((await either.pull()).messages, [initial[0], initial[2]]);
    await assert.rejects(PullPoint.create(camera.httpPort, filter('tns1:Nonsense')), /SubscribeCreationFailed/);
  });

  it('repeats the states after SetSynchronizationPoint', async () => {
    const point = await PullPoint.create(camera.httpPort);
    await point.pull();
    await point.synchronise();
    assert.deepEqual((await point.pull()).messages, initial);
  });

  it('names its topics', async () => {
    const { text } = await call(camera.httpPort, '/onvif/event_service', '<GetEventProperties xmlns="http://www.onvif.org/ver10/events/wsdl"/>');
    assert.match(text, /<tns1:RuleEngine><CellMotionDetector><Motion wstop:topic="true"><tt:MessageDescription IsProperty="true">/);
  });

  it('cuts the answer to a waiting pull in the middle', async () => {
    const point = await PullPoint.create(camera.httpPort);
    await point.pull();
    const pulling = point.pull('PT60S');
    await point.renew('PT60S');
    await camera.faults['truncate']?.({});
    await assert.rejects(pulling, /aborted|hang up|ECONNRESET/);
    assert.equal((await point.renew('PT60S')).status, 200);
  });

  it('forgets subscriptions, also of a client that waits', async () => {
    const point = await PullPoint.create(camera.httpPort);
    await point.pull();
    const pulling = point.pull('PT60S');
    await point.renew('PT60S');
    await camera.faults['subscription-lost']?.({});
    assert.equal((await pulling).status, 500);
  });
});

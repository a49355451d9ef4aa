import assert from 'node:assert/strict';
import type { Options } from '../../../adapters/onvif-camera/options.ts';
import type { ServedPoint } from '../../../src/adapter/contract.ts';
import { systemClock } from '../../../src/domain/clock.ts';
import type { Clock } from '../../../src/domain/clock.ts';
import { createCamera } from '../../../simulators/onvif-camera/index.ts';
import type { CameraSimulator } from '../../../simulators/onvif-camera/index.ts';
import { quirks } from '../../../simulators/onvif-camera/quirks.ts';
import { hasty } from '../../support/hasty-clock.ts';
import { JournalledGateway } from '../../support/journalled-gateway.ts';
import { until } from '../../support/until.ts';
import { Connected, camera } from './connected.ts';

const usual = { httpPort: 0, rtspPort: 0, username: 'sallyport', password: 'open sesame' };
const notify = { notifyAddress: '127.0.0.1' } satisfies Partial<Options>;

describe('onvif-camera with a simulated device of every kind', function () {
  this.timeout(60_000);
  let simulator: CameraSimulator;
  let gateway: Connected;

  const begin = async (options: object = {}, points: readonly ServedPoint[] = [camera]) => {
    simulator = createCamera('cam-1', { ...usual, ...options });
    await simulator.start();
    gateway = new Connected(points);
  };
  const open = (more: Partial<Options> = {}) => gateway.open({ port: simulator.httpPort }, { timeoutMs: 3_000, pullSeconds: 5, ...more });
  const stimulate = async (name: string, args = {}) => await simulator.stimuli[name]?.(args);

  afterEach(async () => {
    await gateway.end();
    await simulator.stop();
  });

  // A camera whose event service hangs up, or is not there, has no events to report; one that never restores is tested with a clock that is moved.
  // What concerns RTSP is tried with pictures.
  const withoutEvents = ['event-service-hangs-up', 'no-event-service', 'no-restore'];
  for (const quirk of quirks.names.filter((name) => !withoutEvents.includes(name) && !name.startsWith('rtsp-'))) {
    it(`hears motion, and hears it again after its subscription was lost, in spite of ${quirk}`, async () => {
      await begin({ quirks: [quirk] });
      // By notification nothing tells of a lost subscription until it is renewed, every 30 s: every 3 s by this clock, which shortens patience as well.
      const byNotification = quirk === 'only-basic-notification';
      if (byNotification) gateway = new Connected([camera], hasty(10));
      await open(byNotification ? { ...notify, timeoutMs: 30_000 } : notify);
      await stimulate('motion');
      await until('motion', () => gateway.phases().includes('raised'));
      await simulator.faults['subscription-lost']?.({});
      await stimulate('motion', { active: false });
      await until('its end', () => gateway.phases().at(-1) === 'restored');
      assert.deepEqual(gateway.host.malformedFrames, []);
    });
  }

  it('makes motion uncertain that a camera never says the end of, and takes the next one for new', async () => {
    await begin({ quirks: ['no-restore'] });
    // Five minutes are over at once on this clock.
    const hastyClock: Clock = {
      ...systemClock,
      after: (delayMs, action) => systemClock.after(delayMs > 290_000 && delayMs <= 300_000 ? 300 : delayMs, action),
    };
    const journal = new JournalledGateway(hastyClock);
    gateway = new Connected([camera], hastyClock, journal);
    const phases = () => journal.phases('cam-1', 'video.motion');
    await open();
    await stimulate('motion');
    await stimulate('motion', { active: false });
    await until('uncertainty', () => phases().at(-1) === 'uncertain');
    await stimulate('motion');
    await until('the next motion', () => phases().length === 4);
    assert.deepEqual(phases(), ['(restored)', 'raised', 'uncertain', 'raised']);
    await gateway.end();
    journal.close();
  });

  it('gives the picture of a camera whose event service hangs up, and says why there are no events', async () => {
    await begin({ quirks: ['event-service-hangs-up'] });
    const connection = await open(notify);
    assert.match(gateway.host.onlineAttention ?? '', /^no events: .*nor by notification: /);
    assert.ok(await connection.cameras?.stream('cam-1'));
  });

  it('takes events by notification alone where that is configured, and gives the subscription back', async () => {
    await begin();
    await open({ ...notify, events: 'notify' });
    assert.deepEqual(gateway.phases(), ['(restored)']);
    for (const active of [true, false, true]) await stimulate('motion', { active });
    await until('all three', () => gateway.phases().length === 4);
    assert.deepEqual(gateway.phases(), ['(restored)', 'raised', 'restored', 'raised']);
    await gateway.end();
    assert.equal(simulator.subscriptions, 0);
  });

  it('leaves a post unanswered until the journal takes what is in it', async () => {
    await begin();
    await open({ ...notify, events: 'notify' });
    const { report } = gateway.host;
    let refused = 0;
    gateway.host.report = (signal) => report(signal).catch((error: unknown) => Promise.reject(((refused += 1), error) as Error));
    gateway.host.journalFails = true;
    await stimulate('motion');
    await until('a refusal', () => refused > 0);
    gateway.host.journalFails = false;
    await until('motion', () => gateway.phases().includes('raised'));
    assert.equal(gateway.phases().filter((phase) => phase === 'raised').length, 1);
  });

  it('reports the topics that are asked for and no others', async () => {
    await begin();
    await open({ topics: ['tns1:VideoSource//.'] });
    await stimulate('motion');
    await stimulate('tamper');
    await until('tamper', () => gateway.phases('video.tamper').includes('raised'));
    assert.deepEqual(gateway.phases(), []);
  });

  it('reports what analytics, inputs and the storage tell', async () => {
    await begin({ analytics: true });
    await open();
    for (const [stimulus, point, kind, args] of [
      ['line-crossed', 'cam-1', 'video.line-crossed', {}],
      ['field', 'cam-1', 'video.intrusion', {}],
      ['loitering', 'cam-1', 'video.loitering', {}],
      ['object', 'cam-1', 'video.person', { class: 'Human' }],
      ['object', 'cam-1', 'video.object', { class: 'Vehicle' }],
      ['tamper-rule', 'cam-1', 'video.tamper', {}],
      ['digital-input', 'device', 'device.input', {}],
      ['storage-failure', 'device', 'device.storage', {}],
    ] as const) {
      await stimulate(stimulus, args);
      const wanted = stimulus === 'line-crossed' ? 'momentary' : 'raised';
      await until(kind, () => gateway.host.of(point, kind).some(({ phase }) => phase === wanted));
    }
    assert.deepEqual(gateway.host.malformedFrames, []);
  });

  it('uses Media2 where it is offered, and fetches a picture, turns to presets and switches relays', async () => {
    await begin({ media2: true, presets: ['Gate', 'Yard'], relays: ['relay_1'] });
    const { cameras } = await open();
    assert.match((await cameras?.stream('cam-1'))?.uri ?? '', /^rtsp:/);
    const jpeg = (await cameras?.snapshot?.('cam-1'))?.jpeg ?? new Uint8Array();
    assert.deepEqual([...jpeg.subarray(0, 2)], [0xff, 0xd8]);
    assert.deepEqual(await cameras?.presets?.('cam-1'), [
      { token: '1', name: 'Gate' },
      { token: '2', name: 'Yard' },
    ]);
    await cameras?.gotoPreset?.('cam-1', 'Yard');
    await assert.rejects(cameras?.gotoPreset?.('cam-1', 'Roof') ?? Promise.resolve(), /no preset "Roof"; the camera has Gate, Yard/);
    assert.deepEqual(await cameras?.relays?.('cam-1'), ['relay_1']);
    await cameras?.setRelay?.('cam-1', 'relay_1', true);
    assert.equal(simulator.relays.get('relay_1'), true);
    await assert.rejects(cameras?.setRelay?.('cam-1', 'relay_9', true) ?? Promise.resolve(), /relay relay_9 was not switched/);
  });

  it('serves doors and readers of an access controller: states, credentials, duress, commands', async () => {
    const door: ServedPoint = { id: 'door-1', type: 'door', name: 'Door 1', at: { token: 'door_1' } };
    const reader: ServedPoint = { id: 'reader-1', type: 'reader', name: 'Reader 1', at: { token: 'reader_1' }, parent: 'door-1' };
    await begin({ doors: [{ token: 'door_1', reader: 'reader_1', accessSeconds: 0.2 }] }, [door, reader]);
    const { doors, cameras } = await open();
    assert.equal(cameras, undefined);
    const told = (kind: Parameters<typeof gateway.host.of>[1], point = 'door-1') =>
      gateway.host.of(point, kind).map(({ phase, initial }) => (initial ? `(${phase})` : phase));
    assert.deepEqual([told('door.open'), told('door.unlocked'), told('door.forced')], [['(restored)'], ['(restored)'], ['(restored)']]);

    await stimulate('force');
    await until('forced', () => told('door.forced').length === 2);
    await stimulate('close');
    await until('closed', () => told('door.forced').length === 3);
    assert.deepEqual(told('door.forced'), ['(restored)', 'raised', 'restored']);

    await stimulate('badge', { card: '1001' });
    await until('locked again', () => told('door.unlocked').length === 3);
    const [granted] = gateway.host.of('reader-1', 'access.granted');
    assert.deepEqual([granted?.phase, granted?.details?.['credential'], granted?.details?.['holder']], ['momentary', 'credential_1001', 'A. Keller']);
    await stimulate('badge', { card: '7' });
    await stimulate('badge-denied', { reason: 'NotPermittedAtThisTime' });
    await stimulate('duress');
    await until('duress', () => gateway.host.of('reader-1', 'duress.alarm').length === 1);
    const denied = gateway.host.of('reader-1', 'access.denied').map(({ details }) => [details?.['cause'], details?.['card'] ?? details?.['reason']]);
    assert.deepEqual(denied, [
      ['unknown credential', '7'],
      ['credential', 'NotPermittedAtThisTime'],
    ]);

    await doors?.command('door-1', 'unlock');
    await until('unlocked', () => told('door.unlocked').at(-1) === 'raised' && told('door.unlocked').length === 4);
    await doors?.command('door-1', 'lock');
    await until('locked', () => told('door.unlocked').at(-1) === 'restored');
    await doors?.command('door-1', 'access');
    await until('let through', () => told('door.unlocked').length === 7);
    assert.ok(gateway.host.of('door-1', 'door.mode').some(({ details }) => details?.['mode'] === 'Accessed'));
  });
});

import assert from 'node:assert/strict';
import { until } from '../../support/until.ts';
import { doorPoint, readerPoint, Rig } from './rig.ts';

describe('BACnet door adapter, connected', () => {
  const rig = new Rig();
  afterEach(() => rig.close());

  it('reads every state before it says that the device is online, and marks each as initial', async () => {
    const device = await rig.device();
    await device.stimuli['force']?.({ door: 1 });
    const host = rig.host();
    await rig.connect(device.port, host);
    assert.equal(host.onlineDetail, 'Sallyport simulators BACnet/IP door controller, firmware 1.0');
    assert.deepEqual(
      host.reported.map(({ kind, point, phase }) => `${point} ${kind} ${phase}`),
      [
        'door-1 door.open raised',
        'door-1 door.unlocked restored',
        'door-1 door.forced raised',
        'door-1 door.held restored',
        'door-1 door.tamper restored',
        'door-1 door.fault restored',
        'door-2 door.open restored',
        'door-2 door.unlocked restored',
        'door-2 door.forced restored',
        'door-2 door.held restored',
        'door-2 door.tamper restored',
        'door-2 door.fault restored',
      ],
    );
    assert.ok(host.reported.every(({ initial }) => initial === true));
  });

  for (const [word, quirks] of [
    ['accepted', []],
    ['refused', ['cov-refused-on-doors']],
  ] as const) {
    it(`reports a forced door, and its end, where COV on doors is ${word}`, async () => {
      const device = await rig.device({ quirks });
      const host = rig.host();
      await rig.connect(device.port, host);
      // Two readers, and two doors unless they refuse.
      await until('subscriptions', () => device.subscriptions === (word === 'accepted' ? 4 : 2));
      await device.stimuli['force']?.({ door: 2 });
      await until('forced', () => host.of('door-2', 'door.forced').at(-1)?.phase === 'raised');
      await until('open', () => host.of('door-2', 'door.open').at(-1)?.phase === 'raised');
      await device.stimuli['close']?.({ door: 2 });
      await until('restored', () => host.of('door-2', 'door.forced').at(-1)?.phase === 'restored');
      await until('shut', () => host.of('door-2', 'door.open').at(-1)?.phase === 'restored');
      assert.equal(host.of('door-2', 'door.forced').length, 3);
      assert.equal(host.of('door-1', 'door.forced').length, 1);
      assert.deepEqual(host.malformedFrames, []);
    });
  }

  it('reports a badge once, with its credential and the time of the device, although it is both notified and polled', async () => {
    const device = await rig.device();
    const host = rig.host();
    await rig.connect(device.port, host);
    await until('subscriptions', () => device.subscriptions === 4);
    await device.stimuli['badge']?.({ door: 1, credential: 4711, valid: true });
    const granted = await until('granted', () => host.of('reader-1', 'access.granted')[0]);
    assert.deepEqual(granted.details, { credential: '4711' });
    assert.equal(granted.phase, 'momentary');
    assert.equal(granted.initial, undefined);
    assert.ok(Math.abs((granted.occurredAt ?? 0) - (granted.clockOffsetMs ?? 0) - Date.now()) < 5000);
    assert.match(granted.raw ?? '', /^810a/);
    await until('unlocked', () => host.of('door-1', 'door.unlocked').at(-1)?.phase === 'raised');
    await device.stimuli['badge']?.({ door: 2, credential: 12, valid: false, reason: 'credential-expired' });
    const denied = await until('denied', () => host.of('reader-2', 'access.denied')[0]);
    assert.deepEqual(denied.details, { credential: '12', reason: 'credential expired' });
    assert.equal(host.of('reader-1', 'access.granted').length, 1);
  });

  it('reports a hundred badges in a row, each once and in order', async () => {
    const device = await rig.device();
    const host = rig.host();
    await rig.connect(device.port, host);
    await until('subscriptions', () => device.subscriptions === 4);
    for (let credential = 1; credential <= 100; credential += 1) await device.stimuli['badge']?.({ door: 1, credential, valid: false });
    await until('all badges', () => host.of('reader-1', 'access.denied').length >= 100);
    assert.deepEqual(
      host.of('reader-1', 'access.denied').map(({ details }) => details?.['credential']),
      Array.from({ length: 100 }, (_, index) => String(index + 1)),
    );
    assert.ok(host.of('reader-1', 'access.denied').every(({ details }) => details?.['missedBefore'] === undefined));
  });

  it('reports a door that is held open, tampered with, and left by the exit button', async () => {
    const device = await rig.device({ heldAfterMs: 30, pulseMs: 500 });
    const door = doorPoint(1, { requestToExit: { binaryInput: 12 }, contact: { binaryInput: 11 }, tamper: { binaryInput: 13 } });
    const host = rig.host([door]);
    await rig.connect(device.port, host);
    await until('subscriptions', () => device.subscriptions === 4);
    await device.stimuli['request-exit']?.({ door: 1 });
    await device.stimuli['open']?.({ door: 1 });
    await until('exit', () => host.of('door-1', 'door.exit-request').length === 1);
    await until('held', () => host.of('door-1', 'door.held').at(-1)?.phase === 'raised');
    await device.stimuli['close']?.({ door: 1 });
    await until('not held', () => host.of('door-1', 'door.held').at(-1)?.phase === 'restored');
    await device.stimuli['tamper']?.({ door: 1, active: true });
    await until('tampered', () => host.of('door-1', 'door.tamper').at(-1)?.phase === 'raised');
    await device.stimuli['tamper']?.({ door: 1, active: false });
    await until('no longer', () => host.of('door-1', 'door.tamper').at(-1)?.phase === 'restored');
    assert.equal(host.of('door-1', 'door.forced').length, 1);
  });

  it('tells the last badge before connecting as initial, under the key that it had when it was new', async () => {
    const device = await rig.device();
    const first = rig.host([readerPoint(1)]);
    await rig.connect(device.port, first);
    await until('subscription', () => device.subscriptions === 1);
    await device.stimuli['badge']?.({ door: 1, credential: 5, valid: true });
    await until('granted', () => first.of('reader-1', 'access.granted').length === 1);
    const second = rig.host([readerPoint(1)]);
    await rig.connect(device.port, second);
    const [again] = second.of('reader-1', 'access.granted');
    assert.equal(again?.initial, true);
    assert.equal(again?.repeatKey, first.of('reader-1', 'access.granted')[0]?.repeatKey);
  });

  it('keeps what the journal refuses, in order, and acknowledges nothing before the journal has it', async () => {
    const device = await rig.device();
    const host = rig.host();
    await rig.connect(device.port, host);
    await until('subscriptions', () => device.subscriptions === 4);
    const before = host.reported.length;
    const { report } = host;
    const refusedAt: number[] = [];
    host.report = (signal) => {
      if (host.journalFails) refusedAt.push(performance.now());
      return report(signal);
    };
    host.journalFails = true;
    await device.stimuli['badge']?.({ door: 1, credential: 1, valid: false });
    await device.stimuli['badge']?.({ door: 1, credential: 2, valid: false });
    await device.stimuli['force']?.({ door: 1 });
    await device.stimuli['close']?.({ door: 1 });
    // After a second the controller repeats itself; the repeats must not count twice.
    await until('refusals for longer than that', () => (refusedAt.at(-1) ?? 0) - (refusedAt[0] ?? 0) > 1_200);
    assert.equal(host.reported.length, before);
    host.journalFails = false;
    await until(
      'the forced door',
      () => host.of('door-1', 'door.forced').at(-1)?.phase === 'restored' && host.of('door-1', 'door.forced').length === 3,
    );
    assert.deepEqual(
      host.reported
        .slice(before)
        .filter(({ kind }) => kind === 'access.denied' || kind === 'door.forced')
        .map(({ kind, phase, details }) => `${kind} ${phase} ${String(details?.['credential'] ?? '')}`),
      ['access.denied momentary 1', 'access.denied momentary 2', 'door.forced raised ', 'door.forced restored '],
    );
  });

  it('subscribes again after the device has restarted', async () => {
    const device = await rig.device();
    const host = rig.host();
    await rig.connect(device.port, host);
    await until('subscriptions', () => device.subscriptions === 4);
    await device.faults['reboot']?.({});
    assert.equal(device.subscriptions, 0);
    await until('subscriptions again', () => device.subscriptions === 4);
    await device.stimuli['force']?.({ door: 1 });
    await until('forced', () => host.of('door-1', 'door.forced').at(-1)?.phase === 'raised');
  });

  it('leaves no subscription and no socket behind when the gateway stops', async () => {
    const device = await rig.device();
    const host = rig.host();
    const { done } = await rig.connect(device.port, host);
    await until('subscriptions', () => device.subscriptions === 4);
    host.abort();
    await done;
    await until('cancellations', () => device.subscriptions === 0);
  });
});

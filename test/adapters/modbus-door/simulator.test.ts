import assert from 'node:assert/strict';
import adapter from '../../../adapters/modbus-door/index.ts';
import { ModbusDoorSimulator } from '../../../simulators/modbus-door/index.ts';
import type { Connection } from '../../../src/adapter/contract.ts';
import type { DeviceSignal } from '../../../src/domain/event.ts';
import { TestHost } from '../../support/adapter-host.ts';
import { until } from '../../support/until.ts';
import { labPoints, optionsFor } from './site.ts';

const words = ({ kind, point, phase }: DeviceSignal) => `${point} ${kind} ${phase}`;
const credentials = (signals: DeviceSignal[]) => signals.map(({ details }) => details?.credential);

describe('the Modbus door adapter, with the simulated controller', () => {
  let simulator: ModbusDoorSimulator;
  let host: TestHost;
  let connection: Connection;

  const link = async () => {
    host = new TestHost(labPoints);
    connection = await adapter.connect(optionsFor(simulator.port, { clock: { inputRegister: 3 } }), host);
  };
  const changes = () => host.reported.filter(({ initial }) => initial !== true);
  const arrived = (...expected: string[]) => until(expected.join(', '), () => expected.every((each) => changes().map(words).includes(each)));

  beforeEach(async () => {
    simulator = new ModbusDoorSimulator('ctl-main', { port: 0, badges: [{ credential: 1001, doors: [1, 2] }] });
    await simulator.start();
    await link();
  });

  afterEach(async () => {
    host.abort();
    await connection.done.catch(() => undefined);
    await simulator.stop();
  });

  it('reports every state on connecting as initial, then goes online', () => {
    assert.equal(host.isOnline, true);
    assert.equal(host.onlineDetail, 'unit 1, 13 signals and 2 readers in 5 reads');
    assert.deepEqual(
      host.reported.filter(({ point }) => point === 'door-server').map(words),
      ['door.unlocked', 'door.open', 'door.forced', 'door.held', 'door.tamper', 'door.fault'].map((kind) => `door-server ${kind} restored`),
    );
    assert.equal(
      host.reported.every(({ initial }) => initial === true),
      true,
    );
  });

  it('reports a forced door, with the frame, and its end', async () => {
    await simulator.stimuli.force!({ door: 1 });
    await arrived('door-server door.open raised', 'door-server door.forced raised');
    assert.match(host.of('door-server', 'door.forced').at(-1)?.raw ?? '', /^[0-9a-f]{4}0000/);
    await simulator.stimuli.close!({ door: 1 });
    await arrived('door-server door.open restored', 'door-server door.forced restored');
  });

  it('reports a door without forced logic as open and no more', async () => {
    await simulator.stimuli.force!({ door: 2 });
    await arrived('door-main door.open raised');
    assert.equal(host.of('door-main', 'door.forced').length, 0);
  });

  it('reports a granted badge with its credential and time before the lock and the opening that follow from it', async () => {
    await simulator.stimuli.badge!({ door: 1, credential: 1001 });
    await simulator.stimuli.open!({ door: 1 });
    await arrived('door-server door.open raised');
    assert.deepEqual(changes().map(words), [
      'reader-server access.granted momentary',
      'door-server door.unlocked raised',
      'door-server door.open raised',
    ]);
    const [granted] = changes();
    assert.deepEqual(granted?.details, { credential: '1001' });
    assert.equal(Math.abs((granted.occurredAt ?? 0) - (granted.clockOffsetMs ?? 0) - Date.now()) < 60_000, true);
  });

  it('reports a denied badge with the reason', async () => {
    await simulator.stimuli.badge!({ door: 2, credential: 77 });
    await simulator.stimuli.badge!({ door: 2, credential: 1001, valid: false });
    await until('both', () => host.of('reader-main', 'access.denied').length === 2);
    assert.deepEqual(
      host.of('reader-main', 'access.denied').map(({ details }) => details),
      [
        { credential: '77', reason: 'CredentialNotFound' },
        { credential: '1001', reason: 'Unauthorized' },
      ],
    );
  });

  it('measures how wrong the clock of the controller is', async () => {
    await simulator.faults['clock-skew']!({ seconds: -7200 });
    await simulator.stimuli.badge!({ door: 1, credential: 1001 });
    await arrived('reader-server access.granted momentary');
    assert.equal(Math.round((changes()[0]?.clockOffsetMs ?? 0) / 60_000), -120);
  });

  it('reports the exit button once, before the lock that it releases', async () => {
    await simulator.stimuli['request-exit']!({ door: 1 });
    await arrived('door-server door.unlocked raised');
    assert.deepEqual(changes().map(words), ['door-server door.exit-request momentary', 'door-server door.unlocked raised']);
  });

  it('reports tamper and fault and their ends', async () => {
    await simulator.stimuli.tamper!({ door: 2, active: true });
    await simulator.stimuli.fault!({ door: 1 });
    await arrived('door-main door.tamper raised', 'door-server door.fault raised');
    await simulator.stimuli.tamper!({ door: 2, active: false });
    await simulator.stimuli.fault!({ door: 1, active: false });
    await arrived('door-main door.tamper restored', 'door-server door.fault restored');
  });

  it('has the controller unlock, lock and grant access', async () => {
    await connection.doors?.command('door-main', 'unlock');
    assert.equal(simulator.controller.doors[1]?.mode, 'unlocked');
    await arrived('door-main door.unlocked raised');
    await connection.doors?.command('door-main', 'lock');
    await arrived('door-main door.unlocked restored');
    await connection.doors?.command('door-server', 'access');
    assert.equal(simulator.controller.doors[0]?.mode, 'pulse');
  });

  it('loses and doubles nothing while the journal fails for a while', async () => {
    host.journalFails = true;
    await simulator.stimuli.force!({ door: 1 });
    for (let credential = 1; credential <= 12; credential += 1) await simulator.stimuli.badge!({ door: 1, credential });
    await until('a round', () => simulator.controller.readers[0]?.counter === 12);
    await connection.doors?.command('door-server', 'lock');
    await connection.doors?.command('door-server', 'lock');
    assert.deepEqual([changes().length, simulator.controller.readers[0]?.acknowledged], [0, 0]);
    host.journalFails = false;
    await arrived('door-server door.forced raised');
    assert.deepEqual(
      credentials(host.of('reader-server', 'access.denied')),
      Array.from({ length: 12 }, (_, i) => String(i + 1)),
    );
    assert.equal(changes().length, 14);
    await until('the acknowledgement', () => simulator.controller.readers[0]?.acknowledged === 12);
  });

  it('acknowledges a badge only when it is in the journal, and finds those again that came while it was away', async () => {
    await simulator.stimuli.badge!({ door: 1, credential: 1 });
    await until('the acknowledgement', () => simulator.controller.readers[0]?.acknowledged === 1);
    host.journalFails = true;
    await simulator.stimuli.badge!({ door: 1, credential: 2 });
    await simulator.faults.drop!({});
    await assert.rejects(connection.done);
    await simulator.stimuli.badge!({ door: 1, credential: 3 });
    await simulator.faults.clear!({});
    await link();
    assert.deepEqual(credentials(host.of('reader-server', 'access.denied')), ['2', '3']);
    assert.equal(new Set(host.of('reader-server', 'access.denied').map(({ repeatKey }) => repeatKey)).size, 2);
    assert.equal(
      changes().every(({ occurredAt }) => occurredAt !== undefined),
      true,
    );
    await until('the acknowledgement', () => simulator.controller.readers[0]?.acknowledged === 3);
  });

  it('reads the states again after a reboot', async () => {
    await simulator.stimuli.open!({ door: 2 });
    await arrived('door-main door.open raised');
    await simulator.faults.reboot!({ seconds: 0 });
    await assert.rejects(connection.done, /127\.0\.0\.1:\d+/);
    await until('the controller to be back', () =>
      link().then(
        () => true,
        () => false,
      ),
    );
    assert.deepEqual(host.of('door-main', 'door.open').map(words), ['door-main door.open raised']);
    await simulator.stimuli.badge!({ door: 2, credential: 1001 });
    await arrived('reader-main access.granted momentary');
  });

  it('understands replies that come one byte at a time', async () => {
    await simulator.faults['byte-at-a-time']!({});
    await simulator.stimuli.force!({ door: 1 });
    await arrived('door-server door.forced raised');
    assert.equal(host.malformedFrames.length, 0);
  });

  it('gives a garbled line up, keeps the frame and reports nothing of it', async () => {
    const before = host.reported.length;
    await simulator.faults.garble!({});
    await assert.rejects(connection.done, /cannot be understood/);
    assert.deepEqual([host.malformedFrames.length, host.reported.length], [1, before]);
  });

  it('ends with the reason when the connection is reset', async () => {
    await simulator.faults.reset!({});
    await assert.rejects(connection.done, /ECONNRESET/);
  });

  it('ends without a reason when the gateway stops', async () => {
    host.abort();
    await connection.done;
    await assert.rejects(connection.doors!.command('door-main', 'unlock'), /Door door-main: "unlock" was not confirmed/);
  });
});

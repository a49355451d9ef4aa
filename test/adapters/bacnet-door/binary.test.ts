import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { registerFrame, resultCode } from '../../../adapters/bacnet-door/foreign-device.ts';
import { doorAt } from '../../../adapters/bacnet-door/options.ts';
import type { ServedPoint } from '../../../src/adapter/contract.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { until } from '../../support/until.ts';
import { address, doorPoint, Rig } from './rig.ts';

/** A door without an Access Door object; the simulator's relay of door n is Binary Output n4, its contact Binary Input n1 or Binary Value n5. */
function wiredDoor(more: Record<string, unknown> = {}): ServedPoint {
  const at = { contact: { binaryValue: 15 }, lock: { binaryOutput: 14 }, requestToExit: { binaryInput: 12 }, ...more };
  return { id: 'door', type: 'door', name: 'Back door', at: doorAt.parse(at) };
}

describe('a BACnet door made of binary objects', () => {
  const rig = new Rig();
  afterEach(() => rig.close());

  const open = async (more: Record<string, unknown> = {}, options: Record<string, unknown> = {}, simulated: Record<string, unknown> = {}) => {
    const device = await rig.device(simulated);
    const host = rig.host([wiredDoor(more)]);
    const { doors } = await rig.connect(device.port, host, options);
    const command = async (what: 'lock' | 'unlock' | 'access') => doors?.command('door', what);
    const isUnlocked = (phase: 'raised' | 'restored') =>
      until(`door.unlocked ${phase}`, () => host.of('door', 'door.unlocked').at(-1)?.phase === phase);
    return { device, host, command, isUnlocked };
  };

  it('reads contact and lock before it is online', async () => {
    const { host } = await open();
    assert.deepEqual(
      host.reported.map(({ kind, phase, initial }) => `${kind} ${phase} ${String(initial)}`),
      ['door.open restored true', 'door.unlocked restored true', 'door.fault restored true'],
    );
  });

  it('reports what its contact, exit button and lock tell', async () => {
    const { device, host, isUnlocked } = await open();
    await device.stimuli['request-exit']?.({ door: 1 });
    await isUnlocked('raised');
    await device.stimuli['open']?.({ door: 1 });
    await until('open', () => host.of('door', 'door.open').at(-1)?.phase === 'raised');
    await until('the exit request', () => host.of('door', 'door.exit-request').length === 1);
    assert.deepEqual(host.of('door', 'door.forced'), []);
  });

  it('unlocks, and gives the output back for "lock"', async () => {
    const { device, command, isUnlocked } = await open();
    await command('unlock');
    await isUnlocked('raised');
    await command('lock');
    await isUnlocked('restored');
    // Were the slot still held at INACTIVE, the badge's lower priority could not open the door.
    await device.stimuli['badge']?.({ door: 1, credential: 1, valid: true });
    await isUnlocked('raised');
  });

  it('locks again after one access', async () => {
    const { command, isUnlocked } = await open({ accessSeconds: 1 });
    await command('access');
    await isUnlocked('raised');
    await isUnlocked('restored');
  });

  it('locks again at once when the link ends during an access', async () => {
    const { device, command } = await open({ accessSeconds: 100 });
    await command('access');
    await rig.releaseAdapters();
    const watcher = rig.host([wiredDoor()]);
    await rig.connect(device.port, watcher);
    assert.equal(watcher.of('door', 'door.unlocked')[0]?.phase, 'restored');
  });

  for (const quirks of [[], ['no-write-multiple']]) {
    it(`works several outputs together, on a device that ${quirks.length === 0 ? 'can' : 'cannot'} write them at once`, async () => {
      const { device, command, isUnlocked } = await open({ lock: [{ binaryOutput: 14 }, { binaryOutput: 24 }] }, {}, { quirks });
      await command('unlock');
      await isUnlocked('raised');
      await device.stimuli['open']?.({ door: 2 });
      await command('lock');
      await isUnlocked('restored');
    });
  }

  it('says who holds an output that does not obey, and withdraws the command', async () => {
    const device = await rig.device();
    const high = await rig.connect(device.port, rig.host([doorPoint(1)]), { writePriority: 8 });
    const low = await rig.connect(device.port, rig.host([wiredDoor()]), { writePriority: 10 });
    await high.doors?.command('door-1', 'unlock');
    await assert.rejects(
      async () => low.doors?.command('door', 'lock'),
      /Back door does not obey "lock": a command of priority 8 holds it at "active"/,
    );
  });

  it('has no commands without a lock', async () => {
    const { command } = await open({ lock: undefined });
    await assert.rejects(() => command('unlock'), /Back door has no lock that can be commanded/);
  });

  it('takes INACTIVE for unlocked where the site file says so', async () => {
    const { host } = await open({ unlockedWhen: 'inactive' });
    assert.equal(host.of('door', 'door.unlocked')[0]?.phase, 'raised');
  });

  it('has an address that names what there is, and no more', () => {
    const refused = (at: unknown) =>
      doorAt
        .safeParse(at)
        .error?.issues.map(({ message }) => message)
        .join();
    assert.match(refused({}) ?? '', /name the accessDoor/);
    assert.match(refused({ accessDoor: 1, lock: { binaryOutput: 1 } }) ?? '', /leave `lock` out/);
    assert.ok(refused({ lock: { binaryInput: 1 } }) !== undefined);
    assert.match(refused({ contact: { binaryInput: 1, binaryValue: 2 } }) ?? '', /name one object/);
  });
});

describe('event notifications of a BACnet door', () => {
  const rig = new Rig();
  afterEach(() => rig.close());

  async function alarmed(confirmed: boolean, acknowledgeAlarms: boolean) {
    const localPort = await freePort();
    const device = await rig.device({ quirks: ['cov-refused-on-doors'], eventRecipient: { host: '127.0.0.1', port: localPort, confirmed } });
    const host = rig.host([doorPoint(1)]);
    await rig.connect(device.port, host, { localPort, pollMs: 60_000, acknowledgeAlarms });
    await device.stimuli['force']?.({ door: 1 });
    await until('forced', () => host.of('door-1', 'door.forced').at(-1)?.phase === 'raised');
    return { device, host };
  }

  for (const confirmed of [true, false]) {
    it(`bring an alarm at once although COV is refused, ${confirmed ? 'confirmed' : 'unconfirmed'}`, async () => {
      const { device, host } = await alarmed(confirmed, false);
      await device.stimuli['close']?.({ door: 1 });
      await until('restored', () => host.of('door-1', 'door.forced').at(-1)?.phase === 'restored');
      assert.equal(device.alarmAcknowledgedBy(1), undefined);
      assert.deepEqual(host.malformedFrames, []);
    });
  }

  it('are acknowledged to the controller where the site file says so', async () => {
    const { device } = await alarmed(true, true);
    await until('the acknowledgement', () => device.alarmAcknowledgedBy(1));
    assert.equal(device.alarmAcknowledgedBy(1), 'Sallyport');
  });

  it('are not acknowledged before the journal has what they tell', async () => {
    const localPort = await freePort();
    const device = await rig.device({ quirks: ['cov-refused-on-doors'], eventRecipient: { host: '127.0.0.1', port: localPort } });
    const host = rig.host([doorPoint(1)]);
    await rig.connect(device.port, host, { localPort, pollMs: 60_000, acknowledgeAlarms: true });
    host.journalFails = true;
    await device.stimuli['force']?.({ door: 1 });
    await until('a second try of the controller', () => device.eventsSent >= 2);
    assert.equal(device.alarmAcknowledgedBy(1), undefined);
    host.journalFails = false;
    await until('the acknowledgement', () => device.alarmAcknowledgedBy(1));
    assert.equal(host.of('door-1', 'door.forced').filter(({ phase }) => phase === 'raised').length, 1);
  });
});

describe('a gateway that is a foreign device', () => {
  const rig = new Rig();
  afterEach(() => rig.close());

  /** A BBMD (Annex J.4, J.5) that answers registrations with `code`, and can forward a broadcast. */
  async function bbmd(code: number) {
    const socket = createSocket('udp4');
    const registrations: { ttlSeconds: number; port: number }[] = [];
    socket.on('message', (bytes, { address: from, port }) => {
      assert.deepEqual([...bytes.subarray(0, 4)], [0x81, 0x05, 0x00, 0x06]);
      registrations.push({ ttlSeconds: bytes.readUInt16BE(4), port });
      socket.send(Buffer.of(0x81, 0x00, 0x00, 0x06, code >> 8, code & 0xff), port, from);
    });
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.5', resolve));
    rig.closes(() => new Promise((resolve) => socket.close(() => resolve())));
    const forward = (origin: { address: string; port: number }, npdu: Buffer) => {
      const header = Buffer.of(0x81, 0x04, 0, npdu.length + 10, ...origin.address.split('.').map(Number), origin.port >> 8, origin.port & 0xff);
      socket.send(Buffer.concat([header, npdu]), registrations.at(-1)?.port ?? 0, '127.0.0.1');
    };
    return { registrations, forward, option: `127.0.0.5:${socket.address().port}` };
  }

  it('registers with the BBMD, and again at half the time to live', async () => {
    const device = await rig.device();
    const { registrations, option } = await bbmd(0);
    // Time passes by turns of the loop, in which answers arrive, so that a slow machine misses none of them.
    const clock = new ManualClock();
    await rig.connect(device.port, rig.host([doorPoint(1)], clock), { bbmd: option, ttlSeconds: 60, pollMs: 60_000 });
    await until('renewals', () => {
      clock.advance(500);
      return registrations.length >= 3;
    });
    assert.equal(registrations[0]?.ttlSeconds, 60);
  });

  it('hears the I-Am that its controller broadcasts, and no other device', async () => {
    const device = await rig.device();
    const { registrations, forward, option } = await bbmd(0);
    const host = rig.host([doorPoint(1)]);
    await rig.connect(device.port, host, { bbmd: option, pollMs: 60_000 });
    await until('the registration and the subscriptions', () => registrations.length > 0 && device.subscriptions === 1);
    device.forgetSubscriptions();
    // NPDU, unconfirmed I-Am of device 3001: max APDU 1476, no segmentation, vendor 999.
    const iAm = Buffer.from('01001000c402000bb92205c491032203e7', 'hex');
    forward({ address: '127.0.0.99', port: device.port }, iAm);
    forward({ address, port: device.port }, iAm);
    await until('a new subscription', () => device.subscriptions === 1);
    assert.deepEqual(host.malformedFrames, []);
  });

  it('goes on without the registration where the BBMD refuses it', async () => {
    const device = await rig.device();
    const { registrations, option } = await bbmd(0x30);
    const host = rig.host([doorPoint(1)]);
    await rig.connect(device.port, host, { bbmd: option });
    await until('a registration', () => registrations.length > 0);
    await device.stimuli['force']?.({ door: 1 });
    await until('forced', () => host.of('door-1', 'door.forced').at(-1)?.phase === 'raised');
  });

  it('builds and reads the frames of Annex J.2', () => {
    assert.deepEqual([...registerFrame(300)], [0x81, 0x05, 0x00, 0x06, 0x01, 0x2c]);
    assert.equal(resultCode(Buffer.of(0x81, 0x00, 0x00, 0x06, 0x00, 0x30)), 0x30);
    assert.equal(resultCode(Buffer.of(0x81, 0x0a, 0x00, 0x06, 0x00, 0x00)), undefined);
  });
});

async function freePort(): Promise<number> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  const { port } = socket.address();
  await new Promise<void>((resolve) => socket.close(() => resolve()));
  return port;
}

import assert from 'node:assert/strict';
import type { Connection } from '../../../src/adapter/contract.ts';
import { ConfigurationError } from '../../../src/adapter/contract.ts';
import type { MqttFleet } from '../../../simulators/mqtt/index.ts';
import type { TestHost } from '../../support/adapter-host.ts';
import { until } from '../../support/until.ts';
import { brokerPort, connect, newHost, startFleet } from './bench.ts';

describe('the MQTT adapter', () => {
  let fleet: MqttFleet;
  const hosts: TestHost[] = [];
  const connections: Connection[] = [];

  async function join(options: Record<string, unknown> = {}): Promise<{ host: TestHost; connection: Connection }> {
    const host = newHost();
    hosts.push(host);
    const connection = await connect(host, brokerPort(fleet), options);
    connection.done.catch(() => undefined);
    connections.push(connection);
    return { host, connection };
  }

  beforeEach(async () => {
    fleet = await startFleet();
  });
  afterEach(async () => {
    for (const host of hosts.splice(0)) host.abort();
    await Promise.allSettled(connections.splice(0).map(({ done }) => done));
    await fleet.stop();
  });

  const badge = (credential: number) => fleet.stimuli['badge']?.({ door: 'door-a', credential });
  const credentials = (host: TestHost) => host.of('door-a', 'access.granted').map(({ details }) => Number(details?.['credential']));

  it('reports retained messages as initial states before it says that it is online', async () => {
    fleet.stimuli['open']?.({ door: 'door-b' });
    const { host } = await join();
    assert.equal(host.isOnline, true);
    assert.deepEqual(
      host.reported.map(({ point, kind, phase, initial }) => ({ point, kind, phase, initial })),
      [
        { point: 'door-a', kind: 'door.open', phase: 'restored', initial: true },
        { point: 'door-b', kind: 'door.open', phase: 'raised', initial: true },
      ],
    );
  });

  it('reports what happens, with details, time and key', async () => {
    const { host } = await join();
    badge(1001);
    const [signal] = await until('the badge', () => host.of('door-a', 'access.granted').length > 0 && host.of('door-a', 'access.granted'));
    assert.equal(signal?.details?.['credential'], '1001');
    assert.equal(signal?.repeatKey, 'door-a1');
    assert.equal(signal?.initial, undefined);
    assert.match(signal?.raw ?? '', /"granted"/);
  });

  it('acknowledges a message only when the journal has taken it', async () => {
    const { host } = await join();
    const before = fleet.broker?.acknowledged('#') ?? 0;
    host.journalFails = true;
    badge(1);
    badge(2);
    await until('the messages to wait', () => [...(fleet.broker?.sessions.values() ?? [])].some(({ waiting }) => waiting === 2));
    assert.equal(fleet.broker?.acknowledged('#'), before);
    host.journalFails = false;
    await until('both', () => credentials(host).length === 2);
    await until('both acknowledgements', () => fleet.broker?.acknowledged('#') === before + 2);
    assert.deepEqual(credentials(host), [1, 2]);
  });

  it('gives the link up when the journal fails for long, and gets everything again on the next', async () => {
    const first = await join({ keepaliveSeconds: 1 });
    first.host.journalFails = true;
    badge(1);
    badge(2);
    await assert.rejects(first.connection.done, /journal|ended the connection/);
    assert.deepEqual(credentials(first.host), []);
    const second = await join();
    await until('both', () => credentials(second.host).length === 2);
    assert.deepEqual(credentials(second.host), [1, 2]);
  });

  it('gets from the broker what happened while it was away', async () => {
    const first = await join();
    first.host.abort();
    await first.connection.done;
    badge(7);
    badge(8);
    fleet.stimuli['open']?.({ door: 'door-a' });
    const second = await join();
    await until('what was missed', () => credentials(second.host).length === 2);
    assert.deepEqual(credentials(second.host), [7, 8]);
    assert.deepEqual(second.host.of('door-a', 'door.open')[0]?.initial, undefined);
    assert.match(second.host.onlineDetail ?? '', /session resumed/);
  });

  it('says that configuration is wrong when the broker refuses the account, without the password', async () => {
    await fleet.stop();
    fleet = await startFleet({ username: 'gateway', password: 'right' });
    process.env['MQTT_TEST_PASSWORD'] = 'not-the-right-one';
    const failure = await join({ username: 'gateway', password: { env: 'MQTT_TEST_PASSWORD' } }).catch((error: unknown) => error as Error);
    delete process.env['MQTT_TEST_PASSWORD'];
    assert(failure instanceof ConfigurationError);
    assert.match(failure.message, /user name or password/);
    assert.doesNotMatch(failure.message, /not-the-right-one/);
  });

  it('says which topic the account may not read', async () => {
    await fleet.stop();
    fleet = await startFleet({ unreadable: ['site/door/+/event'] });
    await assert.rejects(
      join(),
      (error) => error instanceof ConfigurationError && error.message.includes('does not let this account read site/door/+/event'),
    );
  });

  it('names the address when nobody listens there', async () => {
    const port = brokerPort(fleet);
    await fleet.stop();
    const failure = await join().catch((error: unknown) => error as Error);
    assert(failure instanceof Error && !(failure instanceof ConfigurationError));
    assert.match(failure.message, new RegExp(`127.0.0.1:${port}`));
  });

  for (const fault of ['drop', 'reset', 'garble', 'truncate', 'stall', 'reboot']) {
    it(`notices that the link is lost by ${fault}, and loses nothing`, async () => {
      const first = await join({ keepaliveSeconds: 1 });
      const lost = assert.rejects(first.connection.done);
      await fleet.faults[fault]?.({});
      badge(5);
      await lost;
      await fleet.faults['clear']?.({});
      const second = await join();
      await until('the badge', () => [...credentials(first.host), ...credentials(second.host)].length > 0);
      assert.deepEqual([...new Set([...credentials(first.host), ...credentials(second.host)])], [5]);
      if (fault === 'garble') assert(first.host.malformedFrames.length > 0);
    });
  }

  it('understands a broker that sends byte by byte', async () => {
    await fleet.faults['byte-at-a-time']?.({});
    const { host } = await join();
    badge(3);
    await until('the badge', () => credentials(host).length === 1);
  });

  it('survives messages that no mapping understands, and acknowledges them', async () => {
    const { host } = await join();
    const send = (payload: string) => fleet.stimuli['publish']?.({ topic: 'site/door/door-a/event', payload });
    send('not json');
    send('[1, 2]');
    send('{"type": "granted"}');
    send('{"type": "granted", "credential": null, "id": {}}');
    send('['.repeat(200) + ']'.repeat(200));
    await fleet.stimuli['publish']?.({ topic: 'site/door/nowhere/state', payload: '{"contact": "open", "time": 5}' });
    badge(9);
    await until('the good one', () => credentials(host).includes(9));
    assert(host.malformedFrames.length >= 6);
    assert.match(host.malformedFrames.at(-1)?.reason ?? '', /no point "nowhere"/);
    // An event is not lost because one of its details is.
    assert.equal(host.of('door-a', 'access.granted').length, 3);
    await until('all acknowledged', () => [...(fleet.broker?.sessions.values() ?? [])].every(({ waiting }) => waiting === 0));
  });

  it('does not take a retained message for a moment of now', async () => {
    fleet.stimuli['publish']?.({ topic: 'site/door/door-a/event', payload: '{"type": "granted", "credential": "1", "id": 1}', retain: true });
    const { host } = await join();
    badge(2);
    await until('the live one', () => credentials(host).length > 0);
    assert.deepEqual(credentials(host), [2]);
  });

  it('tells by availability which device is gone, after it is online itself', async () => {
    const availability = [{ topic: 'site/door/door-a/available' }, { topic: 'site/door/door-b/available', point: 'door-b' }];
    await fleet.stimuli['publish']?.({ topic: 'site/door/door-a/available', payload: 'offline', retain: true });
    const { host } = await join({ availability });
    await until('the device to be offline', () => host.of('device', 'device.offline').length === 1);
    assert.equal(host.of('device', 'device.offline')[0]?.initial, true);
    await fleet.stimuli['publish']?.({ topic: 'site/door/door-b/available', payload: 'offline' });
    await fleet.stimuli['publish']?.({ topic: 'site/door/door-a/available', payload: 'online', retain: true });
    await until('both', () => host.of('device', 'device.offline').length === 2 && host.of('door-b', 'device.offline').length === 1);
    assert.deepEqual(
      host.of('device', 'device.offline').map(({ phase }) => phase),
      ['raised', 'restored'],
    );
  });
});

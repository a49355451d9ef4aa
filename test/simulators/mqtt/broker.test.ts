import assert from 'node:assert/strict';
import mqtt from 'mqtt';
import type { IClientOptions, MqttClient } from 'mqtt';
import fleets from '../../../simulators/mqtt/index.ts';
import type { MqttFleet } from '../../../simulators/mqtt/index.ts';
import { HostileBroker } from '../../adapters/mqtt/hostile-broker.ts';
import { until } from '../../support/until.ts';

// The package `mqtt` as an independent client of the simulated broker.

describe('the simulated MQTT fleet', () => {
  let fleet: MqttFleet;
  const clients: MqttClient[] = [];

  beforeEach(async () => {
    fleet = fleets.create('fleet', { port: 0, doors: ['one'], frigate: { cameras: ['yard'] } });
    await fleet.start();
  });
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.endAsync(true)));
    await fleet.stop();
  });

  async function join(
    options: IClientOptions = {},
  ): Promise<{ client: MqttClient; messages: { topic: string; text: string; retain: boolean; dup: boolean }[] }> {
    const client = mqtt.connect({ host: '127.0.0.1', port: fleet.broker?.port ?? 0, reconnectPeriod: 0, ...options });
    clients.push(client);
    const messages: { topic: string; text: string; retain: boolean; dup: boolean }[] = [];
    client.on('message', (topic, payload, { retain, dup }) => messages.push({ topic, text: payload.toString(), retain, dup }));
    await new Promise((resolve, reject) => {
      client.once('connect', resolve);
      client.once('error', reject);
    });
    return { client, messages };
  }

  it('sends what is retained to a new subscriber, marked so, and what is new without the mark', async () => {
    const { client, messages } = await join();
    await client.subscribeAsync('site/door/+/state', { qos: 1 });
    await until('the state', () => messages.length === 1);
    assert.equal(messages[0]?.retain, true);
    await fleet.stimuli['open']?.({ door: 'one' });
    await until('the change', () => messages.length === 2);
    assert.equal(messages[1]?.retain, false);
    assert.match(messages[1]?.text ?? '', /"contact":"open"/);
  });

  it('keeps for a session what was published while its client was away, and repeats what was not acknowledged', async () => {
    const session = { clientId: 'c', clean: false };
    const first = await join(session);
    first.client.handleMessage = () => undefined;
    await first.client.subscribeAsync('site/door/+/event', { qos: 1 });
    await fleet.stimuli['badge']?.({ door: 'one', credential: '1' });
    await until('the first', () => first.messages.length === 1);
    await first.client.endAsync(true);
    await fleet.stimuli['badge']?.({ door: 'one', credential: '2' });
    const second = await join(session);
    await until('both', () => second.messages.length === 2);
    assert.deepEqual(
      second.messages.map(({ dup }) => dup),
      [true, false],
    );
  });

  it('publishes the last will of a client that is cut off, and not of one that says goodbye', async () => {
    const { client, messages } = await join();
    await client.subscribeAsync('will/#');
    const will = (topic: string) => ({ will: { topic, payload: Buffer.from('gone'), qos: 1 as const, retain: false } });
    const polite = await join(will('will/polite'));
    await polite.client.endAsync();
    const rude = await join(will('will/rude'));
    rude.client.stream.destroy();
    await until('the will', () => messages.length === 1);
    assert.equal(messages[0]?.topic, 'will/rude');
  });

  it('takes messages of other clients', async () => {
    const { client, messages } = await join();
    await client.subscribeAsync('hello');
    await client.publishAsync('hello', 'you', { qos: 1 });
    await until('it', () => messages.length === 1);
    await client.unsubscribeAsync('hello');
  });

  it('refuses a wrong password', async () => {
    await fleet.stop();
    fleet = fleets.create('fleet', { port: 0, username: 'u', password: 'p' });
    await fleet.start();
    await assert.rejects(join({ username: 'u', password: 'x' }), /Not authorized/);
    await join({ username: 'u', password: 'p' });
  });

  for (const [what, bytes] of [
    ['a length of five bytes', '20 ff ff ff ff 01'],
    ['an answer that is cut short', '20 01 00'],
  ] as const) {
    it(`as a client comes back after ${what} from its broker`, async () => {
      const broker = new HostileBroker();
      broker.insteadOf = 'acceptance';
      broker.bytes = Buffer.from(bytes.replaceAll(' ', ''), 'hex');
      const client = fleets.create('client', { mode: 'client', port: await broker.start(), doors: ['one'] });
      await client.start();
      try {
        await until('another attempt', () => broker.sent === 2);
      } finally {
        await client.stop();
        await broker.stop();
      }
    });
  }

  it('says which option is wrong, and what it does not have', () => {
    assert.throws(() => fleets.create('fleet', { port: 'x' }), /simulator fleet/);
    assert.throws(() => fleet.stimuli['open']?.({ door: 'two' }), /there are one/);
    assert.throws(() => fleet.stimuli['person']?.({ camera: 'moon' }), /there are yard/);
  });
});

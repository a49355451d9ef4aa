import assert from 'node:assert/strict';
import type { MqttFleet } from '../../../simulators/mqtt/index.ts';
import type { TestHost } from '../../support/adapter-host.ts';
import { JournalledGateway } from '../../support/journalled-gateway.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { until } from '../../support/until.ts';
import { brokerPort, connect, doorMappings, doors, startFleet } from './bench.ts';

const AFTER_MS = 1800_000;
const mappings = [
  ...doorMappings.map((mapping) => (mapping.event === 'door.open' ? { ...mapping, uncertainAfterSeconds: AFTER_MS / 1000 } : mapping)),
  // Not retained: nobody tells it again when the link is made anew.
  {
    topic: 'site/door/+/event',
    when: 'payload.type == "granted"',
    event: 'video.motion',
    phase: 'raised',
    point: 'wildcards[0]',
    uncertainAfterSeconds: AFTER_MS / 1000,
  },
];

describe('the MQTT adapter and a state whose end is never published', () => {
  let fleet: MqttFleet;
  let gateway: JournalledGateway;
  let clock: ManualClock;
  let host: TestHost;
  let done: Promise<void>;

  const open = async () => {
    host = gateway.host(doors);
    ({ done } = await connect(host, brokerPort(fleet), { mappings }));
  };
  const lose = async () => {
    host.abort();
    await done;
  };
  beforeEach(async () => {
    fleet = await startFleet();
    clock = new ManualClock();
    gateway = new JournalledGateway(clock);
    await open();
  });
  afterEach(async () => {
    await lose();
    gateway.close();
    await fleet.stop();
    assert.equal(clock.waiting, 0);
  });

  const motion = () => gateway.phases('door-a', 'video.motion');
  const door = () => gateway.phases('door-a', 'door.open');
  const sense = async () => {
    await fleet.stimuli['badge']?.({ door: 'door-a', credential: 1 });
    await until('motion', () => motion().length === 1);
  };

  it('becomes uncertain after the time that its mapping gives it', async () => {
    await sense();
    clock.advance(AFTER_MS - 1);
    assert.deepEqual(motion(), ['raised']);
    clock.advance(1);
    await until('uncertain', () => motion().at(-1) === 'uncertain');
  });

  it('does not once it was over', async () => {
    await fleet.stimuli['open']?.({ door: 'door-a' });
    await until('open', () => door().at(-1) === 'raised');
    await fleet.stimuli['close']?.({ door: 'door-a' });
    await until('closed', () => door().at(-1) === 'restored');
    clock.advance(2 * AFTER_MS);
    await sense();
    assert.equal(door().includes('uncertain'), false);
  });

  it('becomes uncertain although the link was lost and made anew', async () => {
    await sense();
    await lose();
    await open();
    clock.advance(AFTER_MS);
    await until('uncertain', () => motion().at(-1) === 'uncertain');
  });

  it('becomes uncertain although the link stays lost', async () => {
    await sense();
    await lose();
    clock.advance(AFTER_MS);
    await until('uncertain', () => motion().at(-1) === 'uncertain');
  });

  it('becomes uncertain although the gateway was restarted', async () => {
    await sense();
    await lose();
    gateway.restart();
    await open();
    clock.advance(AFTER_MS);
    await until('uncertain', () => motion().at(-1) === 'uncertain');
  });

  it('stands on when the broker tells it again on the next link, and counts from then', async () => {
    await fleet.stimuli['open']?.({ door: 'door-a' });
    await until('open', () => door().at(-1) === 'raised');
    await lose();
    clock.advance(AFTER_MS - 1000);
    const unchanged = gateway.intake.counts.unchanged;
    await open();
    await until('the retained states', () => gateway.intake.counts.unchanged > unchanged);
    clock.advance(AFTER_MS - 1000);
    assert.equal(door().at(-1), 'raised');
    clock.advance(1000);
    await until('uncertain', () => door().at(-1) === 'uncertain');
  });
});

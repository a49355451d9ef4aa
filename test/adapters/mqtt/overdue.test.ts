import assert from 'node:assert/strict';
import type { MqttFleet } from '../../../simulators/mqtt/index.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { TestHost } from '../../support/adapter-host.ts';
import { until } from '../../support/until.ts';
import { brokerPort, connect, doorMappings, doors, startFleet } from './bench.ts';

describe('the MQTT adapter and a state whose end is never published', () => {
  const AFTER_SECONDS = 1800;
  let fleet: MqttFleet;
  let host: TestHost;
  let clock: ManualClock;
  let done: Promise<void>;

  beforeEach(async () => {
    fleet = await startFleet();
    clock = new ManualClock();
    host = new TestHost(doors, clock);
    const mappings = doorMappings.map((mapping) => (mapping.event === 'door.open' ? { ...mapping, uncertainAfterSeconds: AFTER_SECONDS } : mapping));
    ({ done } = await connect(host, brokerPort(fleet), { mappings }));
    await fleet.stimuli['open']?.({ door: 'door-a' });
    await until('open', () => phases().at(-1) === 'raised');
  });
  afterEach(async () => {
    host.abort();
    await done;
    await fleet.stop();
    assert.equal(clock.waiting, 0);
  });

  const phases = () => host.of('door-a', 'door.open').map(({ phase }) => phase);

  it('becomes uncertain after the time that its mapping gives it', async () => {
    clock.advance((AFTER_SECONDS - 1) * 1000);
    assert.equal(phases().at(-1), 'raised');
    clock.advance(1000);
    await until('uncertain', () => phases().at(-1) === 'uncertain');
  });

  it('does not once it was over', async () => {
    await fleet.stimuli['close']?.({ door: 'door-a' });
    await until('closed', () => phases().at(-1) === 'restored');
    const told = host.reported.length;
    clock.advance(AFTER_SECONDS * 2000);
    await fleet.stimuli['badge']?.({ door: 'door-a', credential: 1 });
    await until('what comes after', () => host.reported.length > told);
    assert.equal(phases().includes('uncertain'), false);
  });
});

import assert from 'node:assert/strict';
import type { Connection } from '../../../src/adapter/contract.ts';
import type { MqttFleet } from '../../../simulators/mqtt/index.ts';
import { quirks } from '../../../simulators/mqtt/quirks.ts';
import type { TestHost } from '../../support/adapter-host.ts';
import { until } from '../../support/until.ts';
import { brokerPort, connect, newHost, startFleet } from './bench.ts';

describe('the MQTT adapter with a simulated fleet of every kind', () => {
  let fleet: MqttFleet;
  let host: TestHost;
  let connection: Connection;

  const begin = async (quirk: string) => {
    fleet = await startFleet({ quirks: [quirk] });
    host = newHost();
    connection = await connect(host, brokerPort(fleet));
    connection.done.catch(() => undefined);
  };
  afterEach(async () => {
    host.abort();
    await connection.done.catch(() => undefined);
    await fleet.stop();
  });
  const opened = () => until('the open door', () => host.of('door-a', 'door.open').at(-1)?.phase === 'raised');

  for (const quirk of quirks.names) {
    it(`hears what happens while it is connected, and again on the next connection, in spite of ${quirk}`, async () => {
      await begin(quirk);
      await fleet.stimuli['open']?.({ door: 'door-a' });
      await opened();
      await fleet.stimuli['badge']?.({ door: 'door-b', credential: '7' });
      await until('the badge', () => host.of('door-b', 'access.granted').length === 1);
      await fleet.faults['reset']?.({});
      await assert.rejects(connection.done);
      host = newHost();
      connection = await connect(host, brokerPort(fleet));
      await fleet.stimuli['badge']?.({ door: 'door-b', credential: '8' });
      await until('the next badge', () => host.of('door-b', 'access.granted').some(({ details }) => details?.['credential'] === '8'));
    });
  }

  it('reads no state on connecting where none is retained, and the next change', async () => {
    await begin('states-not-retained');
    assert.deepEqual(host.reported, []);
    await fleet.stimuli['open']?.({ door: 'door-a' });
    await opened();
  });
});

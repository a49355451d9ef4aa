import assert from 'node:assert/strict';
import type { Connection } from '../../../src/adapter/contract.ts';
import type { MqttFleet } from '../../../simulators/mqtt/index.ts';
import type { TestHost } from '../../support/adapter-host.ts';
import { until } from '../../support/until.ts';
import { brokerPort, connect, newHost, point, startFleet } from './bench.ts';

describe('the Frigate profile', () => {
  let fleet: MqttFleet;
  let host: TestHost;
  let connection: Connection;

  beforeEach(async () => {
    fleet = await startFleet({ doors: [], frigate: { cameras: ['yard', 'garage'] } });
    // The camera is a device of its own, for its pictures.
    host = newHost([]);
    connection = await connect(host, brokerPort(fleet), { profile: 'frigate', mappings: [], points: { yard: 'cam-yard' } });
  });
  afterEach(async () => {
    host.abort();
    await connection.done;
    await fleet.stop();
  });

  const one = async (kind: Parameters<TestHost['of']>[1], camera = 'cam-yard') => {
    const [signal] = await until(`${kind} of ${camera}`, () => host.of(camera, kind).length > 0 && host.of(camera, kind));
    return signal;
  };

  it('reports a person with what Frigate knows', async () => {
    await fleet.stimuli['person']?.({ camera: 'yard', zone: 'driveway', name: 'John Smith' });
    const signal = await one('video.person');
    const { id, ...details } = signal?.details ?? {};
    assert.deepEqual(details, { label: 'person', subLabel: 'John Smith', score: 0.87890625, zones: 'driveway', hasSnapshot: true });
    assert.equal(signal?.repeatKey, `event ${String(id)}`);
    assert.equal(signal?.phase, 'momentary');
    assert(Math.abs((signal?.occurredAt ?? 0) - Date.now()) < 60_000);
  });

  it('reports anything else as an object', async () => {
    await fleet.stimuli['object']?.({ camera: 'yard', label: 'car' });
    assert.equal((await one('video.object'))?.details?.['label'], 'car');
    assert.deepEqual(host.of('cam-yard', 'video.person'), []);
  });

  it('reports motion and alerts with their ends', async () => {
    await fleet.stimuli['person']?.({ camera: 'yard' });
    await fleet.stimuli['leave']?.({ camera: 'yard' });
    await until('the end of the alert', () => host.of('cam-yard', 'video.alert').length === 2);
    const phases = (kind: Parameters<TestHost['of']>[1]) => host.of('cam-yard', kind).map(({ phase }) => phase);
    assert.deepEqual(phases('video.alert'), ['raised', 'restored']);
    await until('the end of motion', () => phases('video.motion').at(-1) === 'restored');
    assert.deepEqual(phases('video.motion').slice(-2), ['raised', 'restored']);
  });

  it('raises an alert when a review item becomes one', async () => {
    await fleet.stimuli['object']?.({ camera: 'yard', label: 'cat' });
    await one('video.object');
    assert.deepEqual(host.of('cam-yard', 'video.alert'), []);
    await fleet.stimuli['person']?.({ camera: 'yard' });
    assert.equal((await one('video.alert'))?.details?.['objects'], 'cat, person');
  });

  it('keeps the picture as a data URI that is a JPEG', async () => {
    await fleet.stimuli['person']?.({ camera: 'yard' });
    const signal = await one('video.snapshot');
    const [head, base64 = ''] = String(signal?.details?.['picture']).split(',');
    assert.equal(head, 'data:image/jpeg;base64');
    assert.equal(Buffer.from(base64, 'base64').subarray(0, 3).toString('hex'), 'ffd8ff');
    assert.equal(signal?.raw, undefined);
  });

  it('leaves out cameras that the site does not have, counting nothing', async () => {
    await fleet.stimuli['person']?.({ camera: 'garage' });
    await fleet.stimuli['person']?.({ camera: 'yard' });
    await one('video.snapshot');
    assert.deepEqual(host.malformedFrames, []);
    assert(host.reported.every(({ point: id }) => id === 'cam-yard' || id === 'device'));
  });

  it('tells when Frigate is gone although the broker is there', async () => {
    await fleet.stimuli['frigate-stops']?.({});
    await until('its absence', () => host.of('device', 'device.offline').at(-1)?.phase === 'raised');
    await fleet.stimuli['frigate-starts']?.({});
    await until('its return', () => host.of('device', 'device.offline').at(-1)?.phase === 'restored');
  });

  it('understands messages of versions without sub_label, and with one that is text', async () => {
    const base = { id: '1', camera: 'yard', label: 'person', score: 0.5, start_time: 1607123955.475377, current_zones: [], has_snapshot: false };
    const send = (after: object) =>
      fleet.stimuli['publish']?.({ topic: 'frigate/events', payload: JSON.stringify({ type: 'new', before: after, after }) });
    await send(base);
    await send({ ...base, id: '2', sub_label: 'Bob' });
    await until('both', () => host.of('cam-yard', 'video.person').length === 2);
    assert.deepEqual(
      host.of('cam-yard', 'video.person').map(({ details }) => details?.['subLabel']),
      [undefined, 'Bob'],
    );
    assert.equal(host.of('cam-yard', 'video.person')[0]?.occurredAt, 1607123955475);
    assert.deepEqual(host.malformedFrames, []);
  });

  it('reads another prefix where the site file says so', async () => {
    host.abort();
    await connection.done;
    await fleet.stop();
    fleet = await startFleet({ doors: [], frigate: { prefix: 'house/nvr', cameras: ['yard'] } });
    host = newHost([point('cam-yard', 'camera', 'yard')]);
    connection = await connect(host, brokerPort(fleet), { profile: 'frigate', topicPrefix: 'house/nvr', mappings: [] });
    await fleet.stimuli['person']?.({ camera: 'yard' });
    await one('video.snapshot');
    await one('video.person');
  });
});

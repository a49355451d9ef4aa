import type { Connection, ServedPoint } from '../../../src/adapter/contract.ts';
import type { PointType } from '../../../src/domain/point.ts';
import mqtt from '../../../adapters/mqtt/index.ts';
import fleet from '../../../simulators/mqtt/index.ts';
import type { MqttFleet } from '../../../simulators/mqtt/index.ts';
import { TestHost } from '../../support/adapter-host.ts';

/** Mappings for the simulator's door units. */
export const doorMappings = [
  { topic: 'site/door/+/state', event: 'door.open', phase: 'payload.contact == "open"', point: 'wildcards[0]', occurredAt: 'payload.time / 1000.0' },
  {
    topic: 'site/door/+/event',
    when: 'payload.type == "forced"',
    event: 'door.forced',
    phase: 'raised',
    point: 'wildcards[0]',
    repeatKey: 'wildcards[0] + string(payload.id)',
  },
  {
    topic: 'site/door/+/event',
    when: 'payload.type == "granted"',
    event: 'access.granted',
    point: 'wildcards[0]',
    details: { credential: 'payload.credential' },
    repeatKey: 'wildcards[0] + string(payload.id)',
  },
];

export function point(id: string, type: PointType, key?: string): ServedPoint {
  return { id, type, name: id, at: key === undefined ? {} : { key } };
}

/** A fleet of devices with a broker of their own, on a free port. */
export async function startFleet(options: Record<string, unknown> = {}): Promise<MqttFleet> {
  const simulator = fleet.create('fleet', { port: 0, doors: ['door-a', 'door-b'], ...options });
  await simulator.start();
  return simulator;
}

export function brokerPort(simulator: MqttFleet): number {
  return simulator.broker?.port ?? 0;
}

/** Connects as the gateway does, after its schema has read the options. */
export function connect(host: TestHost, port: number, options: Record<string, unknown> = {}): Promise<Connection> {
  return mqtt.connect(mqtt.options.parse({ host: '127.0.0.1', port, mappings: doorMappings, ...options }), host);
}

export const doors = [point('door-a', 'door'), point('door-b', 'door')];

export function newHost(points: readonly ServedPoint[] = doors): TestHost {
  return new TestHost(points);
}

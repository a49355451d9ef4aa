import { ObjectType, PropertyIdentifier as Property } from '@bacnet-js/client';
import type { BACNetObjectID } from '@bacnet-js/client';
import type { DiscoverOptions, DiscoveredDevice } from '../../src/adapter/contract.ts';
import { cannotServeMultiple, Refused } from './answers.ts';
import { DeviceClient } from './client.ts';
import { objectsOf, referencedInstance, textOf } from './reading.ts';
import { GuardedTransport } from './transport.ts';
import type { Endpoint } from './transport.ts';

/** A door controller has hundreds of objects, a building controller thousands; reading them one by one has to end. */
const MOST_OBJECTS = 2_000;
const MOST_POINTS = 200;

type Point = DiscoveredDevice['points'][number];

/** What a device has of doors and readers, and what it calls itself. */
export interface Inventory {
  readonly name?: string;
  readonly points: readonly Point[];
  /** It has more than are told. */
  readonly more: boolean;
}

/** Reads a device's Access Doors and Access Points (ASHRAE 135-2020, 12.26 and 12.31) with their names. @throws Error when it does not answer or refuses. */
export async function takeInventory(
  peer: Endpoint,
  instance: number,
  { interface: { address }, clock, signal }: DiscoverOptions,
): Promise<Inventory> {
  const host = { clock, malformed: () => undefined, log: { info: () => undefined } };
  const transport = await GuardedTransport.create({ local: { address, port: 0 }, peer }, host.malformed);
  const client = new DeviceClient(transport, peer, host);
  const stop = () => client.close();
  signal.addEventListener('abort', stop, { once: true });
  try {
    const { reading } = await client.read({ type: ObjectType.DEVICE, instance }, [Property.OBJECT_NAME]);
    const objects = await readObjectList(client, { type: ObjectType.DEVICE, instance });
    const wanted = objects.filter(({ type }) => type === ObjectType.ACCESS_DOOR || type === ObjectType.ACCESS_POINT);
    const points: Point[] = [];
    for (const object of wanted.slice(0, MOST_POINTS)) points.push(await readPoint(client, object, instance));
    const name = textOf(reading, Property.OBJECT_NAME);
    return { points, more: wanted.length > MOST_POINTS || objects.length >= MOST_OBJECTS, ...(name !== undefined && { name }) };
  } finally {
    signal.removeEventListener('abort', stop);
    client.close();
    await transport.closed;
  }
}

/** At once, or element by element where the list does not fit into an answer (12.11.13: it is an array for that purpose). */
async function readObjectList(client: DeviceClient, device: BACNetObjectID): Promise<readonly BACNetObjectID[]> {
  try {
    return objectsOf(await client.readProperty(device, Property.OBJECT_LIST, 2));
  } catch (error) {
    if (!(error instanceof Refused) || !cannotServeMultiple(error)) throw error;
  }
  const [size] = await client.readProperty(device, Property.OBJECT_LIST, 2, 0);
  const objects: BACNetObjectID[] = [];
  for (let index = 1; index <= Math.min(Number(size?.value ?? 0), MOST_OBJECTS); index += 1)
    objects.push(...objectsOf(await client.readProperty(device, Property.OBJECT_LIST, 2, index)));
  return objects;
}

async function readPoint(client: DeviceClient, object: BACNetObjectID, device: number): Promise<Point> {
  const { type, instance } = object;
  const isDoor = type === ObjectType.ACCESS_DOOR;
  const { reading } = await client.read(object, [Property.OBJECT_NAME, ...(isDoor ? [] : [Property.ACCESS_DOORS])]);
  const told = textOf(reading, Property.OBJECT_NAME)
    ?.replace(/[\p{C}\s]+/gu, ' ')
    .trim()
    .slice(0, 80);
  const name = told === undefined || told === '' ? `${isDoor ? 'Door' : 'Reader'} ${instance}` : told;
  if (isDoor) return { id: `door-${device}-${instance}`, type: 'door', name, at: { accessDoor: instance } };
  const door = referencedInstance(reading, Property.ACCESS_DOORS);
  return {
    id: `reader-${device}-${instance}`,
    type: 'reader',
    name,
    at: { accessPoint: instance },
    ...(door !== undefined && { parent: `door-${device}-${door}` }),
  };
}

import { lookup } from 'node:dns/promises';
import { ObjectType } from '@bacnet-js/client';
import { ConfigurationError } from '../../src/adapter/contract.ts';
import type { AdapterHost, Connection } from '../../src/adapter/contract.ts';
import { Outbox } from '../../src/adapter/outbox.ts';
import type { PointId } from '../../src/domain/point.ts';
import { objectError, Refused } from './answers.ts';
import { DeviceClient } from './client.ts';
import { commandDoor } from './commands.ts';
import { identify, verifyInstance } from './device.ts';
import { DoorWatch } from './door-watch.ts';
import { stayRegistered } from './foreign-device.ts';
import type { DoorAt, Options, ReaderAt } from './options.ts';
import { OutputLock } from './output-lock.ts';
import { readerWatch } from './reader-watch.ts';
import { Session } from './session.ts';
import { GuardedTransport } from './transport.ts';
import type { Endpoint } from './transport.ts';
import { binaryObject } from './watch.ts';

/** Verifies the device, reads all states, and keeps them in view until the gateway stops or the link is lost. */
export async function connect(options: Options, host: AdapterHost): Promise<Connection> {
  host.signal.throwIfAborted();
  const { address } = await lookup(options.host, 4);
  const peer = { address, port: options.port };
  // The gateway's port is where the device sends what is the gateway's.
  const local = { address: options.bindAddress, port: host.readOnly ? 0 : options.localPort };
  const bbmd = options.bbmd === undefined ? undefined : await endpointOf(options.bbmd);
  const transport = await GuardedTransport.create({ local, peer, bbmd }, (frame, reason) => host.malformed(frame, reason));
  const client = new DeviceClient(transport, peer, host);
  const ended = new AbortController();
  const outbox = new Outbox(host, AbortSignal.any([host.signal, ended.signal]));
  let session: Session | undefined;
  const locks = new Map<PointId, OutputLock>();
  const release = () => {
    session?.stop();
    for (const lock of locks.values()) lock.release();
    client.close();
  };
  host.signal.addEventListener('abort', release, { once: true });

  try {
    host.signal.throwIfAborted();
    session = await readEverything(client, options, host, outbox);
  } catch (error) {
    host.signal.removeEventListener('abort', release);
    release();
    ended.abort(error);
    await transport.closed;
    throw host.signal.aborted ? (host.signal.reason as Error) : error;
  }

  if (bbmd !== undefined) void stayRegistered(transport, bbmd, options.ttlSeconds, host);
  const running = session;
  const done = running.run().finally(async () => {
    host.signal.removeEventListener('abort', release);
    release();
    await transport.closed;
    // What was seen before the link was lost still belongs in the journal, before the news that it is lost. A journal that refuses it does not hold that up.
    await outbox.offered().catch(() => undefined);
    ended.abort(new Error('the link is over'));
  });
  const doors = new Map(host.points.filter(({ type }) => type === 'door').map((point) => [point.id, point]));
  for (const { id, name, at } of doors.values()) {
    const { lock, unlockedWhen, accessSeconds } = at as DoorAt;
    if (lock === undefined) continue;
    const outputs = lock.map(binaryObject);
    const unlockedValue = unlockedWhen === 'active' ? 1 : 0;
    const settings = { client, clock: host.clock, name, outputs, unlockedValue, accessMs: accessSeconds * 1000, priority: options.writePriority };
    locks.set(id, new OutputLock(settings));
  }
  return {
    done,
    doors: {
      async command(id, command) {
        const door = doors.get(id);
        if (door === undefined) throw new Error(`device ${host.device.id} has no door ${id}`);
        const { accessDoor, lock = [] } = door.at as DoorAt;
        const outputs = locks.get(id);
        if (outputs !== undefined) await outputs.command(command);
        else if (accessDoor === undefined) throw new Error(`${door.name} has no lock that can be commanded: its address names none`);
        else await commandDoor(client, { type: ObjectType.ACCESS_DOOR, instance: accessDoor }, door.name, command, options.writePriority);
        const objects = accessDoor === undefined ? lock.map(binaryObject) : [{ type: ObjectType.ACCESS_DOOR, instance: accessDoor }];
        for (const object of objects) running.readSoon(object);
      },
    },
  };
}

/** @throws Error when the name cannot be resolved. */
async function endpointOf(hostAndPort: string): Promise<Endpoint> {
  const [name = '', port] = hostAndPort.split(':');
  const { address } = await lookup(name, 4);
  return { address, port: Number(port) };
}

async function readEverything(client: DeviceClient, options: Options, host: AdapterHost, outbox: Outbox): Promise<Session> {
  await verifyInstance(client, options.deviceInstance);
  const device = await identify(client, options.deviceInstance, host);
  const watches = host.points.flatMap((point) => {
    const put = outbox.put.bind(outbox);
    if (point.type === 'door') return new DoorWatch(point, point.at as DoorAt, put).watches;
    return point.type === 'reader' ? [readerWatch(point, point.at as ReaderAt, device.clock, put)] : [];
  });
  const session = new Session(client, host, options, outbox, watches, device.restart);
  try {
    await session.readAll();
  } catch (error) {
    if (!(error instanceof Refused) || error.error?.class !== objectError) throw error;
    throw new ConfigurationError(`device ${options.deviceInstance} lacks an object that the site file names: ${error.message}`, { cause: error });
  }
  await outbox.offered();
  host.online(device.description);
  return session;
}

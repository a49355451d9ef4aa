import { lookup } from 'node:dns/promises';
import { ObjectType } from '@bacnet-js/client';
import { ConfigurationError } from '../../src/adapter/contract.ts';
import type { AdapterHost, Connection } from '../../src/adapter/contract.ts';
import { DeviceClient, objectError, Refused } from './client.ts';
import { commandDoor } from './commands.ts';
import { identify, verifyInstance } from './device.ts';
import { DoorWatch } from './door-watch.ts';
import type { DoorAt, Options, ReaderAt } from './options.ts';
import { Outbox } from './outbox.ts';
import { readerWatch } from './reader-watch.ts';
import { Session } from './session.ts';
import { GuardedTransport } from './transport.ts';

/** Verifies the device, reads all states, and keeps them in view until the gateway stops or the link is lost. */
export async function connect(options: Options, host: AdapterHost): Promise<Connection> {
  host.signal.throwIfAborted();
  const { address } = await lookup(options.host, 4);
  const peer = { address, port: options.port };
  const local = { address: options.bindAddress, port: options.localPort };
  const transport = await GuardedTransport.create(local, peer, (frame, reason) => host.malformed(frame, reason));
  const client = new DeviceClient(transport, peer, host);
  const outbox = new Outbox(host);
  let session: Session | undefined;
  const release = () => {
    session?.stop();
    client.close();
  };
  host.signal.addEventListener('abort', release, { once: true });

  try {
    host.signal.throwIfAborted();
    session = await readEverything(client, options, host, outbox);
  } catch (error) {
    host.signal.removeEventListener('abort', release);
    release();
    await transport.closed;
    throw host.signal.aborted ? (host.signal.reason as Error) : error;
  }

  const running = session;
  const done = running.run().finally(async () => {
    host.signal.removeEventListener('abort', release);
    release();
    await transport.closed;
    // What was seen before the link was lost still belongs in the journal, before the news that it is lost.
    await outbox.flushed().catch(() => undefined);
  });
  const doors = new Map(host.points.filter(({ type }) => type === 'door').map((point) => [point.id, point]));
  return {
    done,
    doors: {
      async command(id, command) {
        const door = doors.get(id);
        if (door === undefined) throw new Error(`device ${host.device.id} has no door ${id}`);
        const object = { type: ObjectType.ACCESS_DOOR, instance: (door.at as DoorAt).accessDoor };
        await commandDoor(client, object, door.name, command, options.writePriority);
        running.readSoon(object);
      },
    },
  };
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
  await outbox.flushed();
  host.online(device.description);
  return session;
}

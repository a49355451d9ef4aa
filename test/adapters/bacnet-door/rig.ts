import { createSocket } from 'node:dgram';
import adapter from '../../../adapters/bacnet-door/index.ts';
import { doorAt, options as optionsSchema, readerAt } from '../../../adapters/bacnet-door/options.ts';
import { createController } from '../../../simulators/bacnet-door/index.ts';
import type { BacnetDoorSimulator } from '../../../simulators/bacnet-door/index.ts';
import { parseOptions } from '../../../simulators/bacnet-door/options.ts';
import type { Connection, ServedPoint } from '../../../src/adapter/contract.ts';
import type { Clock } from '../../../src/domain/clock.ts';
import { TestHost } from '../../support/adapter-host.ts';

export function doorPoint(number: number, more: Record<string, unknown> = {}): ServedPoint {
  return { id: `door-${number}`, type: 'door', name: `Door ${number}`, at: doorAt.parse({ accessDoor: number, ...more }) };
}
export function readerPoint(number: number): ServedPoint {
  return { id: `reader-${number}`, type: 'reader', name: `Reader ${number}`, at: readerAt.parse({ accessPoint: number }), parent: `door-${number}` };
}

export const address = '127.0.0.3';
export const deviceInstance = 3001;

export function simulator(options: Record<string, unknown> = {}): BacnetDoorSimulator {
  const base = { host: address, port: 0, deviceInstance, pulseMs: 60_000, heldAfterMs: 60_000 };
  return createController('ctl-annex', parseOptions({ ...base, ...options }));
}

export const relayAddress = '127.0.0.4';
export interface Relay {
  readonly port: number;
  /** Frames from the device that were passed on. */
  readonly seen: Buffer[];
  loses: (frame: Buffer) => boolean;
  /** Called with each frame of the adapter. */
  hears: (frame: Buffer) => void;
  inject(frame: Buffer): Promise<void>;
}

/** What a test has opened; closed together at its end. */
export class Rig {
  readonly #connections: Connection[] = [];
  readonly #hosts: TestHost[] = [];
  readonly #stops: (() => Promise<void>)[] = [];

  async device(options: Record<string, unknown> = {}): Promise<BacnetDoorSimulator> {
    const device = simulator(options);
    await device.start();
    this.closes(() => device.stop());
    return device;
  }

  /** A relay on `relayAddress` in front of a device, which can lose frames of the device and add some. */
  async relay(device: BacnetDoorSimulator): Promise<Relay> {
    const socket = createSocket('udp4');
    let adapterPort = 0;
    const relay: Relay = {
      port: 0,
      seen: [],
      loses: () => false,
      hears: () => undefined,
      inject: (frame) => new Promise((resolve) => socket.send(frame, adapterPort, '127.0.0.1', () => setImmediate(resolve))),
    };
    socket.on('message', (bytes, from) => {
      if (from.port !== device.port) {
        adapterPort = from.port;
        relay.hears(bytes);
        socket.send(bytes, device.port, address);
      } else if (!relay.loses(bytes)) {
        relay.seen.push(bytes);
        socket.send(bytes, adapterPort, '127.0.0.1');
      }
    });
    await new Promise<void>((resolve) => socket.bind(0, relayAddress, resolve));
    this.closes(() => new Promise((resolve) => socket.close(() => resolve())));
    return Object.assign(relay, { port: socket.address().port });
  }

  closes(stop: () => Promise<void>): void {
    this.#stops.push(stop);
  }

  host(points: readonly ServedPoint[] = [doorPoint(1), doorPoint(2), readerPoint(1), readerPoint(2)], clock?: Clock): TestHost {
    const host = new TestHost(points, clock);
    this.#hosts.push(host);
    return host;
  }

  async connect(port: number, host: TestHost, options: Record<string, unknown> = {}): Promise<Connection> {
    const connection = await adapter.connect(optionsSchema.parse({ host: address, port, deviceInstance, pollMs: 100, ...options }), host);
    // A test that expects `done` to reject looks at it itself.
    connection.done.catch(() => undefined);
    this.#connections.push(connection);
    return connection;
  }

  /** Ends every connection; devices go on. */
  async releaseAdapters(): Promise<void> {
    for (const host of this.#hosts.splice(0)) host.abort();
    await Promise.allSettled(this.#connections.splice(0).map(({ done }) => done));
  }

  async close(): Promise<void> {
    await this.releaseAdapters();
    for (const stop of this.#stops.splice(0)) await stop();
  }
}

import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import type { DiscoverOptions, DiscoveredDevice } from '../../src/adapter/contract.ts';
import type { Clock } from '../../src/domain/clock.ts';
import { withCrc } from './crc16.ts';
import { mbap } from './framing.ts';

const PORT = 502;
/** Messaging Implementation Guide V1.0b, 4.4.1.2: 255 for a device without units; 1 to 247 are those of a line behind a gateway. */
const UNITS: readonly number[] = [255, ...Array.from({ length: 247 }, (_, at) => at + 1)];
/** A silent unit is waited for no longer, or a scan would take minutes. */
const MAX_UNIT_MS = 250;
/** A device that answers for so many units in turn does not look at the unit at all. */
const ANSWERS_ALL = 12;
/** Application Protocol V1.1b3, 7: a gateway has no such path, or nobody behind it answered. */
const nobodyThere = new Set([0x0a, 0x0b]);

/**
 * Asks one host (with `:PORT` where it is not 502) for the units that it has, by reading one register of each: an exception is an answer as well.
 * Takes up to a minute behind a gateway. @throws Error when no host is named, or it does not accept a connection.
 */
export async function discover({ interface: { address }, host, timeoutMs, signal, clock }: DiscoverOptions): Promise<readonly DiscoveredDevice[]> {
  if (host === undefined) throw new Error('Modbus devices do not answer to everybody: name one host to ask');
  const [name = host, given] = host.split(':');
  const port = given === undefined ? PORT : Number(given);
  const socket = connect({ host: name, port, localAddress: address, noDelay: true });
  // Before it is connected `once` tells of errors, afterwards `close` does.
  socket.on('error', () => undefined);
  try {
    await within(clock, timeoutMs, signal, `${name}:${port} did not accept a connection`, once(socket, 'connect'));
    const units: number[] = [];
    for (const [asked, unit] of UNITS.entries()) {
      signal.throwIfAborted();
      if (await answers(socket, unit, asked + 1, Math.min(timeoutMs, MAX_UNIT_MS), clock)) units.push(unit);
      if (units.length === ANSWERS_ALL && units.length === asked + 1) break;
    }
    return units.length === ANSWERS_ALL ? [asDevice(name, port, 1, 'it answers for every unit')] : units.map((unit) => asDevice(name, port, unit));
  } finally {
    socket.destroy();
  }
}

/** Whether the unit answers a request for its first holding register, be it by an exception. A late reply of another unit does not count. */
async function answers(socket: Socket, unit: number, transaction: number, waitMs: number, clock: Clock): Promise<boolean> {
  let received = Buffer.alloc(0);
  return new Promise((resolve) => {
    const finish = (answered: boolean) => {
      cancel();
      socket.off('data', take);
      socket.off('close', closed);
      resolve(answered);
    };
    const closed = () => finish(false);
    const take = (bytes: Buffer) => {
      received = Buffer.concat([received, bytes]);
      while (received.length >= 9) {
        const end = 6 + received.readUInt16BE(4);
        if (received.readUInt16BE(0) === transaction && received[6] === unit) {
          const refused = ((received[7] ?? 0) & 0x80) !== 0;
          finish(!(refused && nobodyThere.has(received[8] ?? 0)));
          return;
        }
        received = received.subarray(end);
      }
    };
    const cancel = clock.after(waitMs, closed);
    socket.on('data', take);
    socket.once('close', closed);
    socket.write(mbap.encode(withCrc(Buffer.from([unit, 3, 0, 0, 0, 1])), transaction));
  });
}

/** @throws what `work` throws, or Error with `otherwise` when it takes too long. */
async function within(clock: Clock, limitMs: number, signal: AbortSignal, otherwise: string, work: Promise<unknown>): Promise<void> {
  let cancel = (): void => undefined;
  const late = new Promise((_resolve, reject) => {
    cancel = clock.after(limitMs, () => reject(new Error(otherwise)));
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
  late.catch(() => undefined);
  try {
    await Promise.race([work, late]);
  } catch (cause) {
    throw new Error(cause instanceof Error && 'code' in cause ? `${otherwise}: ${cause.message}` : (cause as Error).message, { cause });
  } finally {
    cancel();
  }
}

function asDevice(host: string, port: number, unit: number, remark = 'its doors are told by a profile or by their registers'): DiscoveredDevice {
  const place = host.replace(/[^a-z0-9]+/gi, '-').toLowerCase();
  return {
    id: `modbus-${place}-${unit}`,
    name: `Modbus unit ${unit} at ${host}`,
    options: { transport: 'tcp', host, port, unit },
    points: [],
    remark,
  };
}

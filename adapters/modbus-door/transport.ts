import { once } from 'node:events';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { ConfigurationError } from '../../src/adapter/contract.ts';
import { mbap, rtu } from './framing.ts';
import type { Framing } from './framing.ts';
import type { ModbusDoorOptions, SerialOptions } from './options.ts';

/** A way to the units: a stream of bytes and the frames on it. */
export interface Transport {
  /** For messages: "host:port" or the serial line's path. */
  readonly peer: string;
  readonly framing: Framing;
  /** Whether a frame may be lost or damaged on the way without anybody noticing, as on a serial line. */
  readonly isLossy: boolean;
  /** Milliseconds of silence that stand between two frames. */
  readonly gapMs: number;
  /** @throws ConfigurationError when this machine cannot open such a line. */
  open(): Promise<Wire>;
}

/** An opened or opening stream. Listen to its `data` and `error` at once. */
export interface Wire {
  readonly stream: Duplex;
  /** Resolves when it can be written to. When it never can, `error` says why. */
  readonly opened: Promise<unknown>;
  /** Resolves when every handle is released, after `release` or an error. */
  readonly closed: Promise<unknown>;
  release(): void;
}

/** The transport that the device's options name. */
export function transportOf(options: ModbusDoorOptions): Transport {
  if (options.transport === 'serial') return serial(options);
  const { host, port, transport } = options;
  return {
    peer: `${host}:${port}`,
    framing: transport === 'rtu-over-tcp' ? rtu : mbap,
    isLossy: transport === 'rtu-over-tcp',
    gapMs: 0,
    open: () => {
      const stream = connect({ host, port, noDelay: true });
      const closed = new Promise((resolve) => stream.once('close', resolve));
      return Promise.resolve({ stream, opened: once(stream, 'connect'), closed, release: () => stream.destroy() });
    },
  };
}

function serial({ path, baudRate, parity, stopBits }: SerialOptions): Transport {
  return {
    peer: path,
    framing: rtu,
    isLossy: true,
    // 3.5 characters of 11 bits, and no less than 1.75 ms (MODBUS over Serial Line V1.02, 2.5.1.1).
    gapMs: Math.ceil(Math.max(1.75, (3.5 * 11 * 1000) / baudRate)),
    async open() {
      const { SerialPort } = await loadSerialPort();
      const stream = new SerialPort({ path, baudRate, parity, stopBits, dataBits: 8, lock: true, autoOpen: false });
      // Its `destroy` does not close the port, and its `close` does nothing before it is open.
      const opened = new Promise((resolve, reject) => stream.open((error) => (error === null ? resolve(undefined) : reject(error))));
      const closed = new Promise((resolve) => {
        stream.once('close', resolve);
        opened.catch(resolve);
      });
      opened.catch((error: unknown) => stream.emit('error', error));
      return {
        stream,
        opened,
        closed,
        release: () =>
          void opened.then(
            () => stream.isOpen && stream.close(),
            () => undefined,
          ),
      };
    },
  };
}

async function loadSerialPort() {
  try {
    return await import('serialport');
  } catch (cause) {
    throw new ConfigurationError('a serial line needs the package "serialport", which is not installed: run "npm install serialport"', { cause });
  }
}

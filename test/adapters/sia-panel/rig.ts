import { once } from 'node:events';
import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import { writeFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import adapter from '../../../adapters/sia-panel/index.ts';
import { encryptBody, parseKey } from '../../../adapters/sia-panel/cipher.ts';
import { encodeFrame, formatStamp } from '../../../adapters/sia-panel/frame.ts';
import type { ServedPoint } from '../../../src/adapter/contract.ts';
import type { Clock } from '../../../src/domain/clock.ts';
import { systemClock } from '../../../src/domain/clock.ts';
import { TestHost } from '../../support/adapter-host.ts';
import { until } from '../../support/until.ts';

export const testKey = 'a test key of 32 bytes, no less.';

/** A receiver with panel-main (account 4711, zones 1 and 2) that a test talks to. */
export interface Rig {
  readonly host: TestHost;
  readonly port: number;
  readonly done: Promise<void>;
  /** Aborts, waits until every handle is released, and removes the key file. */
  stop(): Promise<void>;
}

export interface RigSettings {
  /** What `at` of the panel says besides its account. */
  readonly panel?: Readonly<Record<string, unknown>>;
  readonly options?: Readonly<Record<string, unknown>>;
  readonly encrypted?: boolean;
  readonly clock?: Clock;
}

export async function startRig({ panel = {}, options = {}, encrypted = false, clock = systemClock }: RigSettings = {}): Promise<Rig> {
  const folder = mkdtempSync(join(tmpdir(), 'sia-panel-'));
  const file = join(folder, 'key');
  writeFileSync(file, `${testKey}\n`);
  const host = new TestHost(points({ account: '4711', ...(encrypted && { key: { file } }), ...panel }), clock);
  const { done } = await adapter.connect(adapter.options.parse({ port: 0, ...options }), host);
  const stop = async () => {
    host.abort();
    await done;
    rmSync(folder, { recursive: true, force: true });
  };
  return { host, port: Number(/:(\d+) /.exec(host.onlineDetail ?? '')?.[1]), done, stop };
}

export function points(panel: Readonly<Record<string, unknown>>): ServedPoint[] {
  return [
    { id: 'panel-main', type: 'panel', name: 'Alarm panel', at: adapter.points.panel?.parse(panel) },
    ...[1, 2].map((number): ServedPoint => ({
      id: `zone-${number}`,
      type: 'zone',
      name: `Zone ${number}`,
      parent: 'panel-main',
      at: adapter.points.zone?.parse({ number }),
    })),
  ];
}

/** A message as a panel sends it; `at` gives it a time stamp, `key` encrypts it. */
export function message(parts: {
  data?: string;
  token?: string;
  sequence?: string;
  account?: string;
  at?: number;
  key?: string;
  extended?: string;
}): Buffer {
  const { data = '#4711|Nri1/BA001', token = 'SIA-DCS', sequence = '0001', account = '4711', at, key, extended = '' } = parts;
  const clear = `${data}]${extended}${at === undefined ? '' : `_${formatStamp(at)}`}`;
  const aes = key === undefined ? undefined : parseKey(key);
  return encodeFrame({
    token,
    encrypted: aes !== undefined,
    sequence,
    receiver: '1',
    line: '0',
    account,
    body: aes ? encryptBody(clear, aes) : clear,
  });
}

/** Sends bytes over a TCP connection of its own and gives what came back by the time the other side had nothing more to say. */
export async function exchange(port: number, ...writes: readonly Buffer[]): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
  let received = '';
  socket.on('data', (chunk) => (received += chunk.toString('latin1')));
  for (const bytes of writes) socket.write(bytes);
  socket.end();
  await once(socket, 'close');
  return received;
}

/** Sends datagrams one after the other and gives the answers once `count` have come. */
export async function exchangeDatagrams(port: number, count: number, ...datagrams: readonly Buffer[]): Promise<string[]> {
  const socket = createSocket('udp4');
  const answers: string[] = [];
  socket.on('message', (answer) => answers.push(answer.toString('latin1')));
  try {
    for (const datagram of datagrams) await new Promise((resolve) => socket.send(datagram, port, '127.0.0.1', resolve));
    await until(`${count} answers`, () => answers.length >= count);
    return answers;
  } finally {
    socket.close();
  }
}

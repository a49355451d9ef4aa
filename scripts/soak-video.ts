import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { WebSocketServer } from 'ws';
import { systemClock } from '../src/domain/clock.ts';
import { createVideo } from '../src/video/index.ts';
import { machine, percentile } from './bench/figures.ts';

// npm run soak:video [-- --minutes 30 --cameras 100 --viewers 20]
//
// The video part of a gateway with cameras that drop, stall, reset, lose packets, change their parameter sets and reboot, and viewers that come and go.
// Prints the memory of each minute, and of what it consists: objects (in use / set aside) and what lies outside of the heap, of the gateway's thread and of each
// video thread; slabs are the part for pictures. Exit code 1 when memory was not flat after the warm-up, or when an error was not handled or was logged.
//
// Flat: neither the last third of the minutes after the warm-up (mean) nor the highest of them lies more than a twentieth above the first third (mean).

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    cameras: { type: 'string', default: '100' },
    viewers: { type: 'string', default: '20' },
  },
});
const minutes = Number(values.minutes);
const cameras = Number(values.cameras);
const MOST_GROWTH = 0.05;
/** Rings fill, every kind of fault has happened to them, code is compiled. */
const warmUpMinutes = minutes > 1 ? Math.max(1, Math.floor(minutes / 6)) : 0;

const unhandled: string[] = [];
for (const event of ['uncaughtException', 'unhandledRejection'] as const) process.on(event, (error: unknown) => unhandled.push(String(error)));
const errorsLogged: string[] = [];
const log = pino({ level: 'error' }, { write: (line: string) => errorsLogged.push(line) });

const dataDir = mkdtempSync(join(tmpdir(), 'sallyport-soak-'));
console.log(machine());
const farm = child('cameras.ts', [values.cameras]);
const [{ port }] = (await once(farm, 'message')) as [{ port: number }];
const reported: Record<string, number> = {};
const video = createVideo({
  clock: systemClock,
  log,
  dataDir,
  report: (signal) => {
    const what = `${signal.kind} ${signal.phase}`;
    reported[what] = (reported[what] ?? 0) + 1;
    return Promise.resolve();
  },
});
for (let n = 0; n < cameras; n += 1)
  video.attach({ id: `cam-${n}`, name: `Camera ${n}` }, () => Promise.resolve({ uri: `rtsp://127.0.0.1:${port}/cam-${n}`, transport: 'tcp' }));
const server = createServer();
const sockets = new WebSocketServer({ server, perMessageDeflate: false });
sockets.on('connection', (socket, request) => video.serve(socket, (request.url ?? '').slice(1)));
await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
const viewers = child('viewers.ts', [String((server.address() as AddressInfo).port), values.cameras, values.viewers]);

let sent: unknown = {};
let delivered: { pictures?: number } = {};
farm.on('message', (message) => (sent = message));
viewers.on('message', (message) => (delivered = message as typeof delivered));

const byMinute: number[] = [];
for (let minute = 1; minute <= minutes; minute += 1) {
  const samples: number[] = [];
  for (let second = 0; second < 60; second += 2) {
    await new Promise((resolve) => setTimeout(resolve, 2000));
    samples.push(residentMegabytes());
  }
  byMinute.push(percentile(samples, 50));
  const live = video.status().filter(({ state }) => state === 'live').length;
  const rings = video.status().reduce((sum, { ringBytes }) => sum + ringBytes, 0);
  console.log(
    `minute ${String(minute).padStart(3)}: ${(byMinute.at(-1) ?? 0).toFixed(0)} MB resident (median); ${parts()}; rings ${megabytes(rings)} MB, ${live} of ${cameras} cameras live, ${delivered.pictures ?? 0} pictures delivered, ${unhandled.length} errors unhandled, load ${loadavg()[0]?.toFixed(1)}`,
  );
}

const status = video.status();
const dropped = status.reduce((sum, { picturesDropped }) => sum + picturesDropped, 0);
const lost = status.reduce((sum, { packetsLost }) => sum + packetsLost, 0);
for (const process of [viewers, farm]) process.disconnect();
await video.close();
sockets.close();
await new Promise((closed) => server.close(closed));
rmSync(dataDir, { recursive: true, force: true });

const kept = byMinute.slice(warmUpMinutes);
const third = Math.max(1, Math.floor(kept.length / 3));
const [from, to, highest] = [mean(kept.slice(0, third)), mean(kept.slice(-third)), Math.max(...kept)];
const isFlat = Math.max(to, highest) <= from * (1 + MOST_GROWTH);
console.log(`cameras: ${JSON.stringify(sent)}`);
console.log(`viewers: ${JSON.stringify(delivered)}`);
console.log(`told: ${JSON.stringify(reported)}; ${dropped} pictures dropped, ${lost} packets lost`);
console.log(
  `memory after ${warmUpMinutes} min of warm-up: first third ${from.toFixed(0)} MB, last third ${to.toFixed(0)} MB (${percent(to / from - 1)}), highest minute ${highest.toFixed(0)} MB (${percent(highest / from - 1)}): ${isFlat ? 'flat' : 'NOT flat'} within ${percent(MOST_GROWTH)}`,
);
console.log(`errors: ${unhandled.length} unhandled, ${errorsLogged.length} logged`);
for (const error of [...unhandled, ...errorsLogged].slice(0, 20)) console.log(`  ${error.trim()}`);
process.exitCode = !isFlat || unhandled.length > 0 || errorsLogged.length > 0 || delivered.pictures === undefined ? 1 : 0;

function child(file: string, args: readonly string[]): ChildProcess {
  return fork(join(import.meta.dirname, 'soak-video', file), args, { execArgv: ['--import', import.meta.resolve('tsx')] });
}

/** Of this process, with its threads. */
function residentMegabytes(): number {
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? 0) / 1024;
}

/** What the memory consists of now, in MB. */
function parts(): string {
  const { heapUsed, heapTotal, external } = process.memoryUsage();
  const threads = video
    .memory()
    .map(
      (of, n) =>
        `video thread ${n + 1} ${megabytes(of.heapUsed)}/${megabytes(of.heapTotal)} + ${megabytes(of.external)} (slabs ${megabytes(of.slabs)}, free ${megabytes(of.slabsFree)})`,
    );
  return [`gateway ${megabytes(heapUsed)}/${megabytes(heapTotal)} + ${megabytes(external)}`, ...threads].join(', ');
}

function megabytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(0);
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, each) => sum + each, 0) / numbers.length;
}

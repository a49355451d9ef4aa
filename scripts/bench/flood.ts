import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { WebSocket } from 'ws';
import { wordings } from '../../simulators/sia-panel/codes.ts';
import { buildFrame } from '../../simulators/sia-panel/dc09.ts';
import { Accounts } from '../../src/access/accounts.ts';
import type { ToConsole } from '../../src/desk/protocol.ts';
import { systemClock } from '../../src/domain/clock.ts';
import { openStore, readStore } from '../../src/store/database.ts';
import { freePorts } from '../../test/support/free-ports.ts';
import { GatewayLife } from '../torture/gateway-life.ts';
import { groundsAt, siteFile, ZONES } from '../torture/site.ts';
import { machine } from './figures.ts';

// npm run bench:flood [-- --events 20000]
//
// Panels send alarms and restores over TCP as fast as the sockets take them, which is offered within about two seconds; one second after the first
// five other panels send a panic alarm each. Measured from the panic's frame to its incident at a console, and what of all that is in the journal.

const { values } = parseArgs({ options: { events: { type: 'string', default: '20000' } } });
const PANICS = 5;
const GIVE_UP_MS = 120_000;
const folder = mkdtempSync(join(tmpdir(), 'sallyport-flood-'));
const [port = 0, receiverPort = 0] = await freePorts(2);
const grounds = { ...groundsAt([receiverPort]), controllers: [] };
writeFileSync(join(folder, 'site.yaml'), siteFile(grounds));
const store = openStore(join(folder, 'data', 'sallyport.db'));
const token = new Accounts(store, systemClock).createToken('flood', 'dispatcher');
store.close();

console.log(machine());
const gateway = new GatewayLife(folder, port);
const url = await gateway.url;
if (url === undefined) throw new Error(gateway.output);
const seen = new Map<string, number>();
const socket = new WebSocket(`${url.replace('http', 'ws')}/desk`, { headers: { authorization: `Bearer ${token}` } });
socket.on('message', (data) => {
  const message = JSON.parse((data as Buffer).toString()) as ToConsole;
  if (message.type === 'hello') socket.send(JSON.stringify({ type: 'resume' }));
  if (message.type !== 'changes') return;
  for (const { kind, point } of message.incidents ?? []) if (kind === 'panic' && !seen.has(point)) seen.set(point, performance.now());
});
await new Promise((open) => socket.once('open', open));

// The console answers before the receiver's thread listens.
while (!(await listens())) await pause(100);

function listens(): Promise<boolean> {
  return new Promise((told) => {
    const line = connect({ host: '127.0.0.1', port: receiverPort });
    line.once('connect', () => told(true)).once('error', () => told(false));
    line.once('connect', () => line.destroy());
  });
}

const senders = grounds.panels.slice(PANICS);
const each = Math.floor((Number(values.events) - PANICS) / senders.length);
let acknowledged = 0;

/** A panel that does not wait for its acknowledgements; resolves when it has them all. */
async function send(account: string, contents: readonly string[]): Promise<void> {
  const line = connect({ host: '127.0.0.1', port: receiverPort, noDelay: true });
  let waiting = contents.length;
  const done = new Promise<void>((finished) => {
    line.on('data', (chunk: Buffer) => {
      const acks = chunk.toString('latin1').split('"ACK"').length - 1;
      acknowledged += acks;
      waiting -= acks;
      if (waiting === 0) finished();
    });
  });
  const now = new Date();
  const frames = contents.map((content, index) =>
    buildFrame(
      { token: 'SIA-DCS', sequence: String(index + 1).padStart(4, '0'), content, occurredAt: now },
      { account, receiver: '1', line: '1' },
      now,
      undefined,
    ),
  );
  line.write(Buffer.concat(frames));
  await done;
  line.destroy();
}

/** Of all threads of a process since its start; Linux counts in hundredths of a second (proc(5), utime and stime). */
function processorSeconds(pid: number | undefined): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

const spentBefore = processorSeconds(gateway.pid);
const began = performance.now();
const flood = senders.map(({ account }) =>
  send(
    account,
    Array.from({ length: each }, (_, index) => wordings[index % 2 === 0 ? 'burglary' : 'burglaryRestored'].sia((Math.floor(index / 2) % ZONES) + 1)),
  ),
);
await pause(1000);
const panics = grounds.panels.slice(0, PANICS).map(async ({ id, account }) => {
  const sentAt = performance.now();
  await send(account, [wordings.panic.sia(1)]);
  return { point: `${id}-zone-1`, sentAt };
});
const sentAt = await Promise.all(panics);
await Promise.race([Promise.all(flood), pause(GIVE_UP_MS, undefined, { ref: false })]);
const tookMs = performance.now() - began;
await pause(1000);
const spentSeconds = processorSeconds(gateway.pid) - spentBefore;
socket.close();
await gateway.end('SIGTERM');
const journal = readStore(join(folder, 'data', 'sallyport.db'));
const { count } = journal.prepare("SELECT COUNT(*) AS count FROM journal WHERE kind IN ('intrusion.alarm', 'panic.alarm')").get() as {
  count: number;
};
journal.close();
rmSync(folder, { recursive: true, force: true });

const offered = each * senders.length + PANICS;
const panicMs = sentAt.flatMap(({ point, sentAt: at }) => {
  const shown = seen.get(point);
  return shown === undefined ? [] : [Math.round(shown - at)];
});
console.log(`events offered ${offered}, acknowledged ${acknowledged}, in the journal ${count}; the last one after ${(tookMs / 1000).toFixed(1)} s`);
console.log(`the gateway spent ${spentSeconds.toFixed(1)} s of processor time on them`);
console.log(`panic alarms at the console: ${panicMs.length} of ${PANICS}, after ${panicMs.join(', ')} ms (demanded: each within 1000 ms)`);
process.exit(count === offered && panicMs.length === PANICS && panicMs.every((ms) => ms <= 1000) ? 0 : 1);

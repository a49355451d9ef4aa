import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Accounts } from '../../src/access/accounts.ts';
import { systemClock } from '../../src/domain/clock.ts';
import type { Incident } from '../../src/domain/incident.ts';
import { openStore } from '../../src/store/database.ts';
import { freePorts } from '../../test/support/free-ports.ts';
import { audit } from './audit.ts';
import type { Findings } from './audit.ts';
import { GatewayLife } from './gateway-life.ts';
import type { Account } from './peers.ts';
import { CONTROLLERS, groundsAt, siteFile } from './site.ts';

export interface TortureOptions {
  readonly kills: number;
  /** After so many seconds there are no further kills. */
  readonly seconds: number;
  readonly told?: (progress: string) => void;
  /** Where to work; it is kept. Otherwise a temporary folder, which is removed. */
  readonly folder?: string;
}

export interface TortureResult extends Findings {
  readonly kills: number;
  readonly killedWhileStarting: number;
  /** From the start of the process to its console's answer, one for each gateway that came so far. */
  readonly startMs: readonly number[];
}

const STARTING_SHARE = 0.25;
const LONGEST_START_KILL_MS = 2000;
const LONGEST_LIFE_MS = 2000;
const SETTLE_WITHIN_MS = 30_000;

/** Kills a gateway under load again and again, and counts what became of the signals. */
export async function torture({ kills, seconds, told = () => undefined, folder }: TortureOptions): Promise<TortureResult> {
  const place = folder ?? mkdtempSync(join(tmpdir(), 'sallyport-torture-'));
  mkdirSync(place, { recursive: true });
  const [port = 0, ...ports] = await freePorts(2 + CONTROLLERS);
  const grounds = groundsAt(ports);
  writeFileSync(join(place, 'site.yaml'), siteFile(grounds));
  const token = dispatcherToken(place);
  // Found from the project's folder: a test runner's loader does not offer import.meta.resolve.
  const project = join(import.meta.dirname, '..', '..');
  const peers = fork(join(import.meta.dirname, 'peers.ts'), [], { cwd: project, execArgv: ['--import', 'tsx'] });
  try {
    peers.send(grounds);
    await once(peers, 'message');
    const startMs: number[] = [];
    let killed = 0;
    let killedWhileStarting = 0;
    const deadline = performance.now() + seconds * 1000;
    while (killed < kills && performance.now() < deadline) {
      const life = new GatewayLife(place, port);
      // The first is let come up, so that there is something to lose.
      if (killed > 0 && Math.random() < STARTING_SHARE) {
        await pause(Math.random() * LONGEST_START_KILL_MS);
      } else {
        const url = await life.url;
        if (url !== undefined) void closeSome(url, token);
        await pause(Math.random() * LONGEST_LIFE_MS);
      }
      if (life.readyAt === undefined) killedWhileStarting += 1;
      else startMs.push(life.readyAt - life.startedAt);
      await life.end('SIGKILL');
      killed += 1;
      if (killed % 10 === 0 || killed === kills) told(`${killed} kills`);
    }
    const last = new GatewayLife(place, port);
    if ((await last.url) === undefined) await last.end('SIGKILL');
    peers.send('finish');
    told('no more kills; waiting until everything is acknowledged');
    const [account] = (await once(peers, 'message')) as [Account];
    // The gateway looks at every door once more before it is stopped.
    const settled = performance.now() + SETTLE_WITHIN_MS;
    while (audit(join(place, 'data'), account).wrongDoors > 0 && performance.now() < settled) await pause(250);
    await last.end('SIGTERM');
    return { kills: killed, killedWhileStarting, startMs, ...audit(join(place, 'data'), account) };
  } finally {
    const gone = once(peers, 'exit');
    if (peers.connected) peers.disconnect();
    await Promise.race([gone, pause(1000, undefined, { ref: false })]);
    peers.kill('SIGKILL');
    if (folder === undefined) rmSync(place, { recursive: true, force: true });
  }
}

function dispatcherToken(place: string): string {
  const store = openStore(join(place, 'data', 'sallyport.db'));
  try {
    return new Accounts(store, systemClock).createToken('torture', 'dispatcher');
  } finally {
    store.close();
  }
}

/** A dispatcher who closes a few incidents: what is closed must not open again because the journal is read again. */
async function closeSome(url: string, token: string): Promise<void> {
  const call = async (path: string, body?: unknown) => {
    const response = await fetch(`${url}/api/v1${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return (await response.json()) as unknown;
  };
  try {
    const { incidents } = (await call('/incidents?state=open&limit=10')) as { incidents: Incident[] };
    for (const { id, revision } of incidents) {
      await call(`/incidents/${id}/actions`, { revision, act: { action: 'acknowledge' } });
      const now = (await call(`/incidents/${id}`)) as Incident;
      await call(`/incidents/${id}/actions`, { revision: now.revision, act: { action: 'close', disposition: 'test', note: 'torture' } });
    }
  } catch {
    // The gateway was killed meanwhile.
  }
}

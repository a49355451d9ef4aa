import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { chromium } from 'playwright-core';
import type { BrowserContext, Page } from 'playwright-core';
import { WebSocket } from 'ws';
import type { CameraStatus } from '../../src/video/status.ts';
import type { ToConsole } from '../../src/desk/protocol.ts';
import { LAB_PASSWORD } from '../../test/support/lab.ts';
import type { Lab } from '../../test/support/lab.ts';
import type { RestClient } from '../../test/support/rest-client.ts';
import { until } from '../../test/support/until.ts';
import type { ModbusTap } from './modbus-tap.ts';

// What benchmarks need of the lab and of the real console before it.

export const LIMIT_MS = 20_000;
/** A person looks for a while. By then the rule that infers the same from the contact has spoken too: to an incident that is closed already it would be news. */
export const LOOK_MS = 1000;
const CALM_LIMIT_MS = 60_000;

/** The system's Chromium with a profile of its own. */
export async function openChromium(): Promise<{ readonly browser: BrowserContext; readonly close: () => Promise<void> }> {
  const profile = mkdtempSync(join(tmpdir(), 'sallyport-bench-'));
  const quiet = [
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ];
  const browser = await chromium.launchPersistentContext(profile, {
    executablePath: '/usr/bin/chromium',
    viewport: { width: 1920, height: 1080 },
    args: ['--headless', '--no-sandbox', ...quiet],
  });
  return {
    browser,
    close: async () => {
      await browser.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}

/** How the lab's cameras are. */
export async function cameras(rest: RestClient): Promise<CameraStatus[]> {
  return (await rest.call<{ cameras: CameraStatus[] }>('GET', '/cameras')).cameras;
}

/** Waits until the past of every camera is at hand. */
export async function untilPast(rest: RestClient, limitMs: number): Promise<void> {
  await until('a past of every camera', async () => (await cameras(rest)).every(({ ringSeconds }) => ringSeconds > 12), limitMs);
}

/** Signs the lab's dispatcher in. */
export async function signIn(page: Page, lab: Lab): Promise<void> {
  await page.goto(lab.url);
  await page.getByTestId('sign-in-name').fill('dispatcher');
  await page.getByTestId('sign-in-password').fill(LAB_PASSWORD);
  await page.getByTestId('sign-in-submit').click();
  await page.getByTestId('overview').waitFor();
}

/** @throws Error that names `what` when it does not come in time. */
export async function within<T>(what: string, promise: Promise<T>, limitMs = LIMIT_MS): Promise<T> {
  const late = new AbortController();
  const limit = pause(limitMs, undefined, { signal: late.signal }).then(() => {
    throw new Error(`waited ${limitMs} ms in vain for ${what}`);
  });
  try {
    return await Promise.race([promise, limit]);
  } finally {
    late.abort();
    limit.catch(() => undefined);
  }
}

/** Forces the door. Resolves to when the frame was on the wire and the incident at the second console, both in milliseconds since 1970, and the incident. */
export async function force(
  lab: Lab,
  tap: ModbusTap,
  messages: Messages,
): Promise<{ readonly wire: number; readonly at: number; readonly id: string }> {
  const onTheWire = tap.nextForced();
  const atTheConsole = messages.nextIncident();
  await lab.simulator('ctl-main', 'stimuli', 'force', { door: 1 });
  const wire = await within('the frame on the wire', onTheWire);
  return { wire, ...(await within('the incident at the console', atTheConsole)) };
}

/** Shuts the door, then acknowledges and closes the incident once the controller has told that the door is shut, so that the next round starts from quiet. */
export async function finish(lab: Lab, rest: RestClient, id: string): Promise<void> {
  await lab.simulator('ctl-main', 'stimuli', 'close', { door: 1 });
  const shut = () =>
    until('the door shut', async () => (await rest.incidents()).find((each) => each.id === id && each.condition === 'normal'), LIMIT_MS);
  // Evidence that came meanwhile asks for another look.
  const act = (action: unknown) =>
    until(
      'the action taken',
      async () => {
        const { revision } = await shut();
        return rest.call('POST', `/incidents/${id}/actions`, { revision, act: action }).then(
          () => true,
          () => false,
        );
      },
      LIMIT_MS,
    );
  await act({ action: 'acknowledge' });
  // The steps of the lab's procedure that nobody may leave out.
  for (const [step, answer] of [
    ['anybody_there', 'no'],
    ['secured', 'yes'],
  ])
    await rest.call('POST', `/incidents/${id}/procedure/answers`, { step, answer });
  await act({ action: 'close', disposition: 'test', note: 'benchmark' });
}

/**
 * Acknowledges and closes what else the lab raised, such as a camera that was lost for a moment on a busy machine, until the console shows the overview:
 * an incident in focus takes its place, with the tiles that are looked at.
 */
export async function calm(rest: RestClient, page: Page): Promise<void> {
  await until(
    'the console without an incident',
    async () => {
      for (const { id, state, condition } of await rest.incidents()) {
        if (state === 'closed' || condition !== 'normal') continue;
        for (const action of [{ action: 'acknowledge' }, { action: 'close', disposition: 'test', note: 'benchmark' }]) {
          const incident = (await rest.incidents()).find((each) => each.id === id);
          // Refused when it changed meanwhile: it is looked at again.
          await rest.call('POST', `/incidents/${id}/actions`, { revision: incident?.revision, act: action }).catch(() => undefined);
        }
      }
      return page.getByTestId('overview').isVisible();
    },
    CALM_LIMIT_MS,
  );
}

export type Messages = Awaited<ReturnType<typeof listen>>;

/** A second console, which only takes the time. */
export async function listen(lab: Lab, { cookie }: RestClient) {
  const socket = new WebSocket(`${lab.url.replace('http', 'ws')}/desk`, { headers: { cookie } });
  const known = new Set<string>();
  let waiting: ((found: { at: number; id: string }) => void) | undefined;
  socket.on('message', (data) => {
    const at = performance.timeOrigin + performance.now();
    const received = JSON.parse((data as Buffer).toString()) as ToConsole;
    if (received.type === 'hello') socket.send(JSON.stringify({ type: 'resume' }));
    if (received.type !== 'changes') return;
    for (const { id, key } of received.incidents ?? []) {
      if (known.has(id) || key !== 'door-forced@door-server') continue;
      known.add(id);
      waiting?.({ at, id });
    }
  });
  await within('the second console', once(socket, 'open'));
  return {
    nextIncident: () => new Promise<{ at: number; id: string }>((found) => (waiting = found)),
    close: () => socket.close(),
  };
}

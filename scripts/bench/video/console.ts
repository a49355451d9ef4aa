import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { chromium } from 'playwright-core';
import type { BrowserContext, Page } from 'playwright-core';
import { WebSocket } from 'ws';
import { parse, stringify } from 'yaml';
import type { ToConsole } from '../../../src/desk/protocol.ts';
import { freePorts } from '../../../test/support/free-ports.ts';
import { LAB_PASSWORD, labFiles, startLab } from '../../../test/support/lab.ts';
import type { Lab, LabFiles } from '../../../test/support/lab.ts';
import { RestClient } from '../../../test/support/rest-client.ts';
import { until } from '../../../test/support/until.ts';
import { durations } from '../figures.ts';
import { ModbusTap } from '../modbus-tap.ts';
import { watchPictures } from './page-watch.ts';

const LIMIT_MS = 20_000;
/** By then a console at rest has made ready what the next incident needs. */
const REST_MS = 2_500;
/** A simulated camera serves so many sessions. */
const CAMERAS_PER_SIMULATOR = 29;
/** The simulated cameras take a picture at each multiple of this, by the clock. */
const PICTURE_GRID_MS = 80;

export interface ConsoleCase {
  readonly name: string;
  readonly rounds: number;
  /** So many more cameras, before the others in the site, so that the overview shows them instead of the incident's. */
  readonly moreCameras: number;
}

export interface ConsoleFigures {
  /** Milliseconds from the frame on the wire to the incident's message at a second console. */
  readonly message: number[];
  /** From the incident's message at this console to the first painted picture of now, and of the alarm. */
  readonly now: number[];
  readonly past: number[];
  /** From the moment that a camera takes a picture to its painting, in the overview. */
  readonly latency: number[];
}

/** Forces a door of the lab again and again before the real console in headless Chromium. */
export async function measureConsole({ name, rounds, moreCameras }: ConsoleCase): Promise<ConsoleFigures> {
  const figures: ConsoleFigures = { message: [], now: [], past: [], latency: [] };
  const { files, tap } = await prepare(moreCameras);
  const lab = await startLab(files);
  const { browser, close } = await openChromium();
  try {
    const rest = await RestClient.signIn(lab.url);
    const page = await browser.newPage();
    await watchPictures(page);
    await signIn(page, lab);
    await until('a past of every camera', async () => (await ringSeconds(rest)).every((seconds) => seconds > 12), 120_000);
    const cookie = (await browser.cookies()).map(({ name: key, value }) => `${key}=${value}`).join('; ');
    const messages = listen(lab, cookie);
    figures.latency.push(...(await page.evaluate((gridMs) => globalThis.pictures.latency(gridMs, 5000), PICTURE_GRID_MS)));
    for (let round = 0; round < rounds; round += 1) {
      await page.waitForTimeout(REST_MS);
      const onTheWire = tap.nextForced();
      const atTheConsole = messages.nextIncident();
      await lab.simulator('ctl-main', 'stimuli', 'force', { door: 1 });
      const wire = await within('the frame on the wire', onTheWire);
      const { at, id } = await within('the incident at the console', atTheConsole);
      figures.message.push(at - wire);
      const painted = await page.waitForFunction((incident) => pictures.of(incident), id, {
        timeout: LIMIT_MS,
      });
      const { now, past } = (await painted.jsonValue()) ?? { now: Number.NaN, past: Number.NaN };
      figures.now.push(now);
      figures.past.push(past);
      await lab.simulator('ctl-main', 'stimuli', 'close', { door: 1 });
      await finish(rest, id);
      await page.locator(`[data-testid="focus"][data-incident="${id}"]`).waitFor({ state: 'detached' });
    }
    messages.close();
  } finally {
    await close();
    await lab.program.stop();
    await tap.close();
    files.remove();
  }
  console.log(durations(`${name}: wire -> incident at a console`, figures.message));
  console.log(durations(`${name}: incident at the console -> picture of now`, figures.now));
  console.log(durations(`${name}: incident at the console -> picture of the alarm`, figures.past));
  console.log(durations(`${name}: camera -> painted, steady`, figures.latency));
  return figures;
}

async function prepare(moreCameras: number): Promise<{ files: LabFiles; tap: ModbusTap }> {
  const boxes = Math.ceil(moreCameras / CAMERAS_PER_SIMULATOR);
  const [tapPort = 0, ...ports] = await freePorts(1 + 2 * boxes);
  let controllerPort = 0;
  const files = await labFiles((site) => {
    const lists = site as { devices: Record<string, unknown>[]; cameras: Record<string, unknown>[] };
    const controller = lists.devices.find(({ id }) => id === 'ctl-main');
    const pattern = lists.devices.find(({ id }) => id === 'dev-cam-server');
    if (controller === undefined || pattern === undefined) throw new Error('the lab has changed');
    controllerPort = Number(controller['port']);
    controller['port'] = tapPort;
    for (let box = 0; box < boxes; box += 1) lists.devices.push({ ...pattern, id: `box-${box}`, name: `Box ${box}`, port: ports[2 * box] });
    lists.cameras.unshift(
      ...Array.from({ length: moreCameras }, (_, n) => ({ id: `more-${n}`, name: `Camera ${n}`, device: `box-${n % boxes}`, covers: ['yard'] })),
    );
  });
  const simulators = parse(readFileSync(files.simulators, 'utf8')) as { simulators: Record<string, unknown>[] };
  const pattern = simulators.simulators.find(({ id }) => id === 'cam-server');
  for (let box = 0; box < boxes; box += 1)
    simulators.simulators.push({ ...pattern, id: `box-${box}`, discovery: false, httpPort: ports[2 * box], rtspPort: ports[2 * box + 1] });
  writeFileSync(files.simulators, stringify(simulators));
  return { files, tap: await ModbusTap.open(tapPort, controllerPort) };
}

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

async function ringSeconds(rest: RestClient): Promise<number[]> {
  return (await rest.call<{ cameras: { ringSeconds: number }[] }>('GET', '/cameras')).cameras.map((camera) => camera.ringSeconds);
}

async function signIn(page: Page, lab: Lab): Promise<void> {
  await page.goto(lab.url);
  await page.getByTestId('sign-in-name').fill('dispatcher');
  await page.getByTestId('sign-in-password').fill(LAB_PASSWORD);
  await page.getByTestId('sign-in-submit').click();
  await page.getByTestId('overview').waitFor();
}

async function within<T>(what: string, promise: Promise<T>): Promise<T> {
  const late = new AbortController();
  const limit = pause(LIMIT_MS, undefined, { signal: late.signal }).then(() => {
    throw new Error(`waited ${LIMIT_MS} ms in vain for ${what}`);
  });
  try {
    return await Promise.race([promise, limit]);
  } finally {
    late.abort();
    limit.catch(() => undefined);
  }
}

/** Acknowledges and closes the incident once the controller has told that the door is shut, so that the next round starts from quiet. */
async function finish(rest: RestClient, id: string): Promise<void> {
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

/** A second console, which only takes the time. */
function listen(lab: Lab, cookie: string) {
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
  return {
    nextIncident: () => new Promise<{ at: number; id: string }>((found) => (waiting = found)),
    close: () => socket.close(),
  };
}

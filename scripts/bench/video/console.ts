import type { Page } from 'playwright-core';
import { startLab } from '../../../test/support/lab.ts';
import type { Lab } from '../../../test/support/lab.ts';
import { RestClient } from '../../../test/support/rest-client.ts';
import { durations } from '../figures.ts';
import { calm, finish, force, LIMIT_MS, listen, LOOK_MS, openChromium, signIn, untilPast, within } from '../lab-console.ts';
import type { Messages } from '../lab-console.ts';
import type { ModbusTap } from '../modbus-tap.ts';
import { labWithCameras, PICTURE_GRID_MS } from './lab-with-cameras.ts';
import { watchPictures } from './page-watch.ts';

/** By then a console at rest has made ready what the next incident needs. */
const REST_MS = 2_500;
const LATENCY_MS = 5_000;
const START_LIMIT_MS = 120_000;
const ROUND_LIMIT_MS = 120_000;

export interface ConsoleCase {
  readonly name: string;
  readonly rounds: number;
  /** So many more cameras, before the others in the site, so that the overview shows them instead of the incident's. */
  readonly moreCameras: number;
  /** Tiles that decode by themselves (WebCodecs), as a person may choose. */
  readonly leastDelay?: boolean;
}

interface ConsoleFigures {
  /** Milliseconds from the frame on the wire to the incident's message at a second console. */
  readonly message: number[];
  /** From the incident's message at this console to the first painted picture of now, and of the alarm. */
  readonly now: number[];
  readonly past: number[];
  /** From the moment that a camera takes a picture to its painting, in the overview. */
  readonly latency: number[];
}

/** Forces a door of the lab again and again before the real console in headless Chromium. */
export async function measureConsole({ name, rounds, moreCameras, leastDelay = false }: ConsoleCase): Promise<void> {
  const figures: ConsoleFigures = { message: [], now: [], past: [], latency: [] };
  const { files, tap } = await labWithCameras(moreCameras);
  const lab = await within('the lab to start', startLab(files), START_LIMIT_MS);
  const { browser, close } = await openChromium();
  try {
    const rest = await RestClient.signIn(lab.url);
    const page = await browser.newPage();
    await watchPictures(page);
    if (leastDelay) await page.addInitScript(() => localStorage.setItem('sallyport.leastDelay', 'yes'));
    await signIn(page, lab);
    await untilPast(rest, START_LIMIT_MS);
    await calm(rest, page);
    await page.waitForTimeout(REST_MS);
    const pictures = page.evaluate(([gridMs, forMs]) => globalThis.pictures.latency(gridMs, forMs), [PICTURE_GRID_MS, LATENCY_MS] as const);
    figures.latency.push(...(await within('the pictures of the overview', pictures)));
    const messages = await listen(lab, rest);
    const desk = { lab, rest, page, tap, messages };
    for (let round = 0; round < rounds; round += 1)
      await within(`round ${round} of ${rounds} (${name})`, measureRound(desk, figures), ROUND_LIMIT_MS);
    messages.close();
  } finally {
    await close();
    await within('the lab to end', lab.program.stop()).catch((error: unknown) => {
      lab.program.child.kill('SIGKILL');
      throw error;
    });
    await tap.close();
    files.remove();
  }
  const lines: readonly (readonly [what: string, values: readonly number[]])[] = [
    ['wire -> incident at a console', figures.message],
    ['incident at the console -> picture of now', figures.now],
    ['incident at the console -> picture of the alarm', figures.past],
    ['camera -> painted, steady', figures.latency],
  ];
  for (const [what, values] of lines) if (rounds > 0 || values === figures.latency) console.log(durations(`${name}: ${what}`, values));
}

interface Desk {
  readonly lab: Lab;
  readonly rest: RestClient;
  readonly page: Page;
  readonly tap: ModbusTap;
  readonly messages: Messages;
}

/** One round: the door is forced, looked at, shut, and the incident closed. */
async function measureRound({ lab, rest, page, tap, messages }: Desk, figures: ConsoleFigures): Promise<void> {
  await calm(rest, page);
  await page.waitForTimeout(REST_MS);
  const { wire, at, id } = await force(lab, tap, messages);
  const painted = await page.waitForFunction((incident) => pictures.of(incident), id, { timeout: LIMIT_MS });
  const { now, past } = (await painted.jsonValue()) ?? { now: Number.NaN, past: Number.NaN };
  figures.message.push(at - wire);
  figures.now.push(now);
  figures.past.push(past);
  await page.waitForTimeout(LOOK_MS);
  await finish(lab, rest, id);
  await page.locator(`[data-testid="focus"][data-incident="${id}"]`).waitFor({ state: 'detached' });
}

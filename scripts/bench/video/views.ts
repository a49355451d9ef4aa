import { setTimeout as pause } from 'node:timers/promises';
import { until } from '../../../test/support/until.ts';
import { durations, durationsHead } from '../figures.ts';
import { openChromium, within } from '../lab-console.ts';
import { FILM_PICTURES, PICTURE_MS } from './footage.ts';
import { loadFootage, startFarm, startGateway } from './load.ts';
import { startPeer } from './peer-load.ts';
import { serveViewPage } from './view-page.ts';
import type { ViewKind } from './view-page.ts';

/** Rounds fall on other moments of the camera's group of pictures, since this is no divisor of it. */
const BETWEEN_MS = 170;
const SETTLE_MS = 3_000;
const LOOK_MS = 5_000;
/** The simulated camera tells twice a second when it sent each picture. */
const TOLD_MS = 1_000;
const FILM_MS = FILM_PICTURES * PICTURE_MS;

/** Ours and what connects when it is asked, with the same camera and the same page: the first painted picture, and how old pictures are when painted. */
export async function measureViews(rounds: number): Promise<void> {
  const { width, height, kbps, groupSeconds } = loadFootage;
  console.log(`\nA view in Chromium, ${width} x ${height}, ${kbps} kbit/s, a key frame every ${groupSeconds} s; one camera, one view at a time`);
  console.log(durationsHead);
  const farm = await startFarm(1);
  const rtspPort = farm.said.port ?? 0;
  const gateway = await startGateway(rtspPort, 1);
  const peers = [await startPeer('fluent-ffmpeg', rtspPort), await startPeer('node-rtsp-stream', rtspPort)] as const;
  const site = await serveViewPage();
  const { browser, close } = await openChromium();
  try {
    await until('a full ring', () => gateway.said.full === 1);
    const ways: readonly (readonly [name: string, kind: ViewKind, port: number | undefined])[] = [
      ['ours, MSE', 'mp4', gateway.said.port],
      ['ours, WebCodecs', 'units', gateway.said.port],
      ['one ffmpeg a view (fluent-ffmpeg), MSE', 'mp4', peers[0].said.port],
      ['node-rtsp-stream, jsmpeg', 'mpeg1', peers[1].said.port],
    ];
    for (const [name, kind, port] of ways) {
      const address = `ws://127.0.0.1:${port ?? 0}/cam-0`;
      const page = await browser.newPage();
      await page.goto(site.address);
      const open = () =>
        within(
          `the first picture (${name})`,
          page.evaluate(([how, where]) => views.open(how, where), [kind, address] as const),
        );
      const first: number[] = [];
      const bytes: number[] = [];
      for (let round = 0; round < rounds; round += 1) {
        const opened = await open();
        first.push(opened.painted);
        if (opened.bytes !== undefined) bytes.push(opened.bytes);
        await page.evaluate(() => views.close());
        await pause(BETWEEN_MS);
      }
      console.log(durations(`${name}: asked -> first painted picture`, first));
      if (bytes.length > 0) console.log(durations(`${name}: of it, asked -> first bytes`, bytes));
      await open();
      await pause(SETTLE_MS);
      const seen = await within(
        `pictures (${name})`,
        page.evaluate((forMs) => views.look(forMs), LOOK_MS),
      );
      await pause(TOLD_MS);
      console.log(
        durations(
          `${name}: camera -> painted, steady`,
          seen.map(({ number, at }) => age(at, farm.said.sentAt?.[number])),
        ),
      );
      await page.evaluate(() => views.close());
      await page.close();
    }
  } finally {
    await close();
    site.close();
    for (const part of [...peers, gateway, farm]) await part.stop();
  }
}

/** How old a picture was when painted. The film repeats: its sending again since then is as good. */
function age(paintedAt: number, sentAt = Number.NaN): number {
  return (((paintedAt - sentAt) % FILM_MS) + FILM_MS) % FILM_MS;
}

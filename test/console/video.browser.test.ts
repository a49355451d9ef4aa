import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { picture } from '../../simulators/mqtt/picture.ts';
import type { FromConsole } from '../../src/desk/protocol.ts';
import { writeClip } from '../../src/video/clip.ts';
import { until } from '../support/until.ts';
import { film, inTemporaryDirectory } from '../video/support/footage.ts';
import { ingested, pastOf } from '../video/support/ingested.ts';
import { forcedDoor } from './canned.ts';
import type { FakeGateway } from './fake-gateway.ts';
import { Seat } from './seat.ts';

const SNAPSHOT = '**/api/v1/cameras/cam-server/snapshot.jpg';

describe('a camera in the console', function () {
  this.timeout(60_000);
  let seat: Seat;
  let gateway: FakeGateway;
  let page: Page;

  before(async () => {
    seat = await Seat.open();
    gateway = seat.gateway;
    page = await seat.newPage();
    await seat.signIn();
  });
  after(() => seat.close());

  beforeEach(async () => {
    gateway.reset();
    await page.unrouteAll();
    await page.evaluate(() => localStorage.clear());
  });

  /** From a page that has shown nothing yet, so that nothing of the test before is left. */
  const alarm = async () => {
    await page.reload();
    await page.getByTestId('overview').waitFor();
    gateway.publish({ incidents: [forcedDoor(Date.now())] });
    await page.getByTestId('focus').waitFor();
  };
  const live = (element: 'video' | 'canvas') => page.locator(`${element}[data-testid=tile-live][data-painted]`);
  const way = async () => (await page.locator('figure:has([data-testid=tile-live]) [data-testid=tile-way]').textContent()) ?? '';
  /** How the camera of the alarm was asked for, again after each break. */
  const waysAsked = () =>
    gateway.played
      .filter(({ camera }) => camera === 'cam-server')
      .map(({ stream, format, convert }) => (convert === true ? 'converted' : `${stream} ${format ?? 'mp4'}`));
  const moves = async () => {
    await page.locator('figure[data-picture=playing]:has([data-testid=tile-live])').waitFor();
    const position = () => page.getByTestId('tile-live').evaluate((video) => (video as HTMLVideoElement).currentTime);
    const first = await position();
    await until('a later picture', async () => (await position()) > first);
  };
  const givesStills = () => page.route(SNAPSHOT, (route) => route.fulfill({ contentType: 'image/jpeg', body: picture }));
  const givesNoStills = () =>
    page.route(SNAPSHOT, (route) => route.fulfill({ status: 502, json: { code: 'no-picture', message: 'it gives no single pictures' } }));

  it('shows the sub-stream where the browser does not decode the main stream', async () => {
    gateway.unknown.add('main');
    await alarm();
    await live('video').waitFor();
    assert.equal(await page.getByTestId('tile-live').count(), 1);
    assert.equal(await page.getByTestId('tile-way').count(), 0, 'a usual picture');
  });

  it('shows single pictures where it decodes no stream, and a converted one where a person asks for it', async () => {
    gateway.unknown.add('main').add('sub');
    await givesStills();
    await alarm();
    await live('canvas').waitFor();
    assert.equal(await way(), 'pictures every 2 s');
    const [told, choice] = [await page.getByTestId('tile-way').boundingBox(), await page.locator('.tile .cameras').boundingBox()];
    assert.ok(told!.y + told!.height <= choice!.y, 'beneath the buttons of the cameras');
    assert.ok(!waysAsked().includes('converted'), 'nothing is converted unasked');
    await page.getByTestId('tile-menu').click();
    await page.getByTestId('converted').check();
    await live('video').waitFor();
    assert.equal(await way(), 'converted, small');
    await page.getByTestId('converted').uncheck();
    await live('canvas').waitFor();
    assert.equal(await way(), 'pictures every 2 s');
  });

  it('shows a converted picture where there are no single ones either', async () => {
    gateway.unknown.add('main').add('sub');
    await givesNoStills();
    await alarm();
    await page.getByText('converted, small').waitFor();
    await live('video').waitFor();
  });

  it('takes another stream once what comes cannot be decoded again and again', async () => {
    gateway.damaged.add('main');
    await alarm();
    await until('the other stream to be asked for', () => waysAsked().slice(-3).join() === 'main mp4,main mp4,sub mp4');
    await moves();
    assert.equal(await page.getByTestId('tile-way').count(), 0);
  });

  it('shows single pictures once no stream can be decoded', async () => {
    gateway.damaged.add('main').add('sub');
    await givesStills();
    await alarm();
    await live('canvas').waitFor();
    assert.equal(await way(), 'pictures every 2 s');
  });

  it('begins again after one damaged piece', async () => {
    await alarm();
    await live('video').waitFor();
    gateway.damaged.add('main');
    const asked = waysAsked().length;
    await until('the stream to begin again', () => waysAsked().length > asked);
    gateway.damaged.clear();
    await moves();
    assert.equal(waysAsked().at(-1), 'main mp4');
  });

  it('shows what the camera saw at the moment of the alarm once there is such a picture, and moves nothing', async () => {
    let made = false;
    await page.route('**/api/v1/incidents/i1/snapshot/cam-server.jpg', (route) => {
      const ticket = route.request().headers()['sallyport-ticket'];
      const answer =
        made && ticket === 'for cam-server' ? { contentType: 'image/jpeg', body: picture } : { status: 404, json: { message: 'not yet' } };
      return route.fulfill(answer);
    });
    await alarm();
    await live('video').waitFor();
    const place = () =>
      page.getByTestId('time-line-evidence').evaluateAll((lines) => lines.map((line) => line.getBoundingClientRect().toJSON() as unknown));
    const small = page.getByTestId('alarm-picture');
    await small.waitFor();
    assert.equal(await small.isDisabled(), true);
    const before = await place();
    made = true;
    const width = (selector: string) => page.locator(`${selector} canvas`).evaluate((canvas) => (canvas as HTMLCanvasElement).width);
    await page.locator('[data-testid=alarm-picture] canvas').waitFor();
    assert.equal(await width('[data-testid=alarm-picture]'), 48);
    assert.deepEqual(await place(), before);
    await small.click();
    await page.getByTestId('alarm-picture-dialog').waitFor();
    assert.equal(await width('.evidence-full'), 48);
    await page.keyboard.press('Escape');
    await page.getByTestId('alarm-picture-dialog').waitFor({ state: 'detached' });
  });

  it('decodes by itself, picture by picture, where a person asks for the least delay', async () => {
    await alarm();
    await live('video').waitFor();
    await page.getByTestId('tile-menu').click();
    await page.getByTestId('least-delay').check();
    await live('canvas').waitFor();
    assert.equal(waysAsked().at(-1), 'main units');
    const pixels = () =>
      page.getByTestId('tile-live').evaluate((element) => {
        const canvas = element as HTMLCanvasElement;
        return canvas
          .getContext('2d')!
          .getImageData(0, 0, canvas.width, canvas.height)
          .data.reduce((sum, value, index) => (sum + value * index) % 1e9, 0);
      });
    const first = await pixels();
    assert.ok(first > 0);
    await until('another picture', async () => (await pixels()) !== first);
    await until('a time of now', async () => /^Live \d\d:\d\d:\d\d$/.test((await page.getByTestId('tile-live-time').textContent()) ?? ''));
    await page.getByTestId('least-delay').uncheck();
    await live('video').waitFor();
    assert.equal(await page.getByTestId('tile-live').count(), 1);
  });

  it('lets the browser play what it cannot decode by itself', async () => {
    await page.evaluate(() => localStorage.setItem('sallyport.leastDelay', 'yes'));
    gateway.unknown.add('main');
    await alarm();
    await live('video').waitFor();
    const asked = waysAsked();
    assert.ok(asked.includes('main units') && asked.some((each) => each.endsWith('mp4')), asked.join());
  });

  it('tells how a camera’s picture comes, and that it was tampered with', async () => {
    const well = { camera: 'cam-server', state: 'live', detail: '1920x1080 H.264', stream: 'main', fps: 25, bitrateKbps: 4_210, groupSeconds: 2 };
    const camera = { ...well, clockOffsetMs: -340, ringSeconds: 12.4, ringBytes: 6_300_000, packetsLost: 3, picturesDropped: 1 };
    let tampered = false;
    await page.route('**/api/v1/cameras', (route) => route.fulfill({ json: { cameras: [{ ...camera, ...(tampered && { tampered }) }] } }));
    await alarm();
    await page.getByTestId('tile-menu').click();
    const health = page.getByTestId('camera-health');
    assert.equal(
      await health.textContent(),
      'main stream, 1920x1080 H.264, 25 pictures a second, 4.2 Mbit/s, key frame every 2 s, lost 3 packets, 1 pictures, its clock behind by 340 ms, 12 s in memory (6.3 MB)',
    );
    tampered = true;
    await health.getByText('▲ Tampered with').waitFor({ timeout: 15_000 });
  });

  it('steers a camera by buttons, keys and presets, and tells who else does', async () => {
    const presets = [{ token: 'p1', name: 'Gate' }];
    await page.route('**/api/v1/cameras/cam-server/ptz', (route) => route.fulfill({ json: { turns: true, presets } }));
    await alarm();
    const orders = () => gateway.received.filter((each): each is Extract<FromConsole, { type: 'ptz' }> => each.type === 'ptz');
    const last = (what: string, action: string) => until(what, () => (orders().at(-1)?.order.action === action ? orders().at(-1) : undefined));
    await page.getByTestId('ptz-left').hover();
    await page.mouse.down();
    const move = await last('the camera to move', 'move');
    assert.deepEqual([move.camera, move.incident], ['cam-server', 'i1']);
    assert.ok(move.order.action === 'move' && move.order.pan < 0);
    await page.mouse.up();
    await last('the camera to stop', 'stop');
    await page.keyboard.press('0');
    await page.keyboard.down('ArrowUp');
    const up = await last('the camera to move by a key', 'move');
    assert.ok(up.order.action === 'move' && up.order.tilt > 0);
    await page.keyboard.up('ArrowUp');
    await last('the camera to stop again', 'stop');
    await page.getByTestId('ptz-presets').selectOption('p1');
    assert.deepEqual((await last('the preset', 'preset')).order, { action: 'preset', preset: 'p1' });
    const holder = { kind: 'manual', by: 'eli', priority: 1, since: Date.now() } as const;
    gateway.publish({ ptz: [{ camera: 'cam-server', holder }] });
    await page.getByTestId('ptz-holder').getByText('eli steers').waitFor();
    gateway.publish({ ptz: [{ camera: 'cam-server', holder: { ...holder, by: 'dana' } }] });
    await page.getByTestId('ptz-release').click();
    await last('the camera to be let go', 'release');
  });

  it('exports a film, tells how far it is and its hash, and hands it to the browser', async () => {
    const wishes: Record<string, unknown>[] = [];
    const job = { id: 'c1', camera: 'cam-server', form: 'marked' };
    let made: object = { ...job, state: 'running', progress: 0.4 };
    await page.route('**/api/v1/clips', (route) => {
      wishes.push(route.request().postDataJSON() as Record<string, unknown>);
      return route.fulfill({ json: { ...job, state: 'waiting', progress: 0 } });
    });
    await page.route('**/api/v1/clips/c1', (route) => route.fulfill({ json: made }));
    await page.route('**/api/v1/clips/c1/cam-server.mp4', (route) => route.fulfill({ contentType: 'video/mp4', body: 'a film' }));
    await alarm();
    await page.keyboard.press('/');
    await page.getByTestId('export-form').selectOption('marked');
    await page.getByTestId('export-submit').click();
    await page.getByTestId('export-state').getByText('40 %').waitFor();
    const downloaded = page.waitForEvent('download');
    made = { ...job, state: 'done', progress: 1, made: { bytes: 6, sha256: 'ab'.repeat(32), from: Date.UTC(2026, 0, 2) } };
    assert.equal((await downloaded).suggestedFilename(), 'cam-server-2026-01-02T00-00-00.000Z.mp4');
    assert.equal(await page.getByTestId('export-hash').textContent(), 'ab'.repeat(32));
    const [{ from, to, ...wish } = assert.fail()] = wishes;
    assert.deepEqual(wish, { camera: 'cam-server', form: 'marked', incident: 'i1' });
    assert.ok(Number(to) > Number(from));
    made = { ...job, state: 'failed', progress: 0, reason: 'Nothing of that time is kept.' };
    await page.getByTestId('export-submit').click();
    await page.getByTestId('dialog-error').getByText('Nothing of that time is kept.').waitFor();
  });

  it('plays an export in which the camera changes its picture, from anywhere in it', async () => {
    const films = await Promise.all([{ seconds: 2 }, { seconds: 2, size: '426x240' }].map(film));
    const address = await inTemporaryDirectory(async (directory) => {
      const { path } = (await writeClip(directory, pastOf(ingested(films))))!;
      return `data:video/mp4;base64,${(await readFile(path)).toString('base64')}`;
    });
    const tab = await page.context().newPage();
    const shown = await tab.evaluate(async (source) => {
      const video = document.createElement('video');
      const it = {
        does(event: string) {
          return new Promise<void>((resolve, reject) => {
            video.addEventListener(event, () => resolve(), { once: true });
            video.addEventListener('error', () => reject(new Error(video.error?.message)), { once: true });
          });
        },
      };
      video.muted = true;
      video.src = source;
      await it.does('loadeddata');
      const widths: number[] = [];
      for (const at of [1, 3, 0.5]) {
        const seeked = it.does('seeked');
        video.currentTime = at;
        await seeked;
        widths.push(video.videoWidth);
      }
      const ended = it.does('ended');
      video.playbackRate = 4;
      await video.play();
      await ended;
      return { widths: [...widths, video.videoWidth], seconds: video.duration };
    }, address);
    await tab.close();
    assert.deepEqual(shown, { widths: [320, 426, 320, 426], seconds: 4 });
  });
});

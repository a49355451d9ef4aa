import assert from 'node:assert/strict';
import type { BrowserContext, Page } from 'playwright-core';
import { picture } from '../../simulators/mqtt/picture.ts';
import { until } from '../support/until.ts';
import { buildConsole, openBrowser } from './browser.ts';
import { forcedDoor } from './canned.ts';
import { FakeGateway, PASSWORD } from './fake-gateway.ts';

const SNAPSHOT = '**/api/v1/cameras/cam-server/snapshot.jpg';

describe('a camera in the console', function () {
  this.timeout(60_000);
  let gateway: FakeGateway;
  let context: BrowserContext;
  let page: Page;
  const cleanUp: (() => Promise<void>)[] = [];

  before(async () => {
    const built = await buildConsole();
    gateway = await FakeGateway.start(built.folder);
    const browser = await openBrowser();
    context = browser.context;
    page = await context.newPage();
    cleanUp.push(browser.close, () => gateway.stop(), built.remove);
    await page.goto(gateway.address);
    await page.getByTestId('sign-in-name').fill('dana');
    await page.getByTestId('sign-in-password').fill(PASSWORD);
    await page.getByTestId('sign-in-submit').click();
    await page.getByTestId('overview').waitFor();
  });

  after(async () => {
    for (const each of cleanUp) await each();
  });

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
});

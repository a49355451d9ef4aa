import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { until } from '../support/until.ts';
import { violations } from './browser.ts';
import { forcedDoor } from './canned.ts';
import type { FakeGateway } from './fake-gateway.ts';
import { Seat } from './seat.ts';

describe('the pictures of an incident in the console', function () {
  this.timeout(60_000);
  let seat: Seat;
  let gateway: FakeGateway;
  let page: Page;

  before(async () => {
    seat = await Seat.open();
    gateway = seat.gateway;
  });
  after(() => seat.close());
  beforeEach(async () => {
    page = await seat.newPage();
  });

  /** The picture as a string of a few pixels. */
  const frame = (testId: string) =>
    page.getByTestId(testId).evaluate((video) => {
      const canvas = new OffscreenCanvas(64, 36);
      const drawing = canvas.getContext('2d')!;
      drawing.drawImage(video as HTMLVideoElement, 0, 0, 64, 36);
      return drawing.getImageData(0, 0, 64, 36).data.join();
    });

  it('shows pictures that move', async () => {
    await seat.signIn();
    gateway.publish({ incidents: [forcedDoor(Date.now())] });
    for (const tile of ['tile-live', 'tile-past']) {
      await seat.painted(tile);
      const first = await frame(tile);
      await until(`another picture in ${tile}`, async () => (await frame(tile)) !== first);
    }
  });

  it('plays the past of an incident that is long over, again and again', async () => {
    await seat.signIn();
    gateway.publish({ incidents: [forcedDoor(Date.now() - 60_000)] });
    await seat.painted('tile-past');
    const video = page.getByTestId('tile-past');
    const buffered = () =>
      video.evaluate((element) => {
        const { buffered: ranges, currentTime } = element as HTMLVideoElement;
        return { start: ranges.start(0), end: ranges.end(0), position: currentTime };
      });
    const { start, end } = await until('all of the past', async () => {
      const now = await buffered();
      return now.end - now.start > 14 && now;
    });
    await video.evaluate((element, to) => ((element as HTMLVideoElement).currentTime = to), end - 1);
    await until('the loop to begin again', async () => (await buffered()).position < start + 5);
  });

  it('begins with the seconds before the alarm and fetches those after it once they are over', async () => {
    await seat.signIn();
    const at = Date.now();
    gateway.publish({ incidents: [forcedDoor(at)] });
    await seat.painted('tile-past');
    assert.match(await seat.text('tile-past-time'), /(10|9) s before$/);
    const newest = () => page.getByTestId('tile-past').evaluate((video) => (video as HTMLVideoElement).buffered.end(0));
    const first = await newest();
    await until('the five seconds after the alarm', async () => (await newest()) > first + 4, 15_000);
  });

  it('plays the recording when the gateway has no other pictures of that time', async () => {
    gateway.forgetful = true;
    await seat.signIn();
    gateway.publish({ incidents: [forcedDoor(Date.now() - 3_600_000)] });
    await seat.painted('tile-past');
    assert.equal(await seat.text('tile-past-time'), 'Recording');
  });

  it('never passes a frozen picture off as live', async () => {
    await seat.signIn();
    gateway.publish({ incidents: [forcedDoor(Date.now())] });
    await seat.painted('tile-live');
    gateway.frozen.add('cam-server');
    await page.getByText(/No picture since \d\d:\d\d:\d\d/).waitFor();
    assert.equal(await page.getByTestId('tile-live-time').isVisible(), false);
    gateway.frozen.clear();
    await page.getByText(/No picture since/).waitFor({ state: 'detached' });
  });

  it('never passes a picture off as live that comes two seconds late', async () => {
    await seat.signIn();
    gateway.lateMs = 2_000;
    gateway.publish({ incidents: [forcedDoor(Date.now())] });
    const time = page.getByTestId('tile-live-time');
    await page.locator('[data-testid=tile-live-time][data-live=false]:visible').waitFor();
    await until('the time with how late it is', async () => /^▲ \d\d:\d\d:\d\d, \d+ s late$/.test((await time.textContent()) ?? ''));
    gateway.lateMs = 0;
    await page.locator('[data-testid=tile-live-time][data-live=true]:visible').waitFor();
    await until('a time of now', async () => (await time.textContent())?.startsWith('Live'));
  });

  it('shows the picture that a recorder sent among the evidence, and enlarges it by the keyboard', async () => {
    await seat.signIn();
    const at = Date.now();
    const incident = forcedDoor(at);
    const sent = { event: 'e3', at: at + 900, kind: 'video.snapshot', phase: 'momentary', point: 'cam-server', role: 'support' } as const;
    const evidence = [...incident.evidence, { ...sent, rule: 'picture-nearby', text: 'Server room camera sent a picture', picture: true as const }];
    gateway.publish({ incidents: [{ ...incident, evidence }] });
    const width = (selector: string) => page.locator(selector).evaluate((image) => (image as HTMLImageElement).naturalWidth);
    await until('the small picture', async () => (await width('[data-testid=evidence-picture] img')) === 48);
    assert.deepEqual(await violations(page), []);
    await page.getByTestId('evidence-picture').focus();
    await page.keyboard.press('Enter');
    await seat.seen('evidence-picture-dialog');
    await until('the large picture', async () => (await width('.evidence-full')) === 48);
    assert.deepEqual(await violations(page), []);
    await page.keyboard.press('Escape');
    await page.getByTestId('evidence-picture-dialog').waitFor({ state: 'detached' });
  });

  describe('by a clock that the test moves', () => {
    beforeEach(async () => {
      page = await seat.newPage({ clock: true });
    });

    it('says for a while that pictures were left out because its connection is slow', async () => {
      await seat.signIn();
      gateway.publish({ incidents: [forcedDoor(Date.now())] });
      await seat.painted('tile-live');
      const slow = page.getByTestId('tile-live-slow');
      assert.equal(await slow.count(), 0);
      gateway.tellTiles('cam-server', { type: 'status', state: 'skipped', since: Date.now(), detail: 'pictures are left out' });
      await slow.waitFor();
      assert.match((await slow.textContent()) ?? '', /Slow connection: pictures are left out/);
      gateway.tellTiles('cam-server', { type: 'status', state: 'live', since: Date.now(), detail: '7 pictures were left out' });
      await page.clock.fastForward(5_000);
      assert.equal(await slow.count(), 1);
      await page.clock.fastForward(10_000);
      await slow.waitFor({ state: 'detached' });
    });

    it('marks a frozen picture within two seconds', async () => {
      await seat.signIn();
      gateway.publish({ incidents: [forcedDoor(Date.now())] });
      await seat.painted('tile-live');
      await seat.seen('tile-live-time');
      // From a moment ahead on time stands still for the page, while pictures go on.
      await page.clock.pauseAt(await page.evaluate(() => Date.now() + 5_000));
      const lost = page.locator('figure:has([data-testid=tile-live]) [data-testid=tile-overlay]');
      await lost.waitFor({ state: 'detached' });
      const position = () => page.getByTestId('tile-live').evaluate((video) => (video as HTMLVideoElement).currentTime);
      const before = await position();
      await until('a picture after that', async () => (await position()) > before);
      gateway.frozen.add('cam-server');
      let last = -1;
      await until('the last picture', async () => {
        const [now, previous] = [await position(), last];
        last = now;
        if (now !== previous) await pause(200);
        return now === previous;
      });
      await page.clock.runFor(1_000);
      assert.equal(await lost.count(), 0);
      await page.clock.runFor(1_000);
      await lost.waitFor();
      assert.equal(await page.getByTestId('tile-live-time').getAttribute('data-live'), 'false');
    });
  });
});

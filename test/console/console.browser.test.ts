import { AxeBuilder } from '@axe-core/playwright';
import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import type { BrowserContext, Page } from 'playwright-core';
import type { FromConsole } from '../../src/desk/protocol.ts';
import { until } from '../support/until.ts';
import { buildConsole, openBrowser } from './browser.ts';
import { device, door, figures, forcedDoor, heldDoor } from './canned.ts';
import { FakeGateway, PASSWORD } from './fake-gateway.ts';

describe('the console in a browser', function () {
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
    cleanUp.push(browser.close, () => gateway.stop(), built.remove);
  });

  after(async () => {
    for (const each of cleanUp) await each();
  });

  beforeEach(async () => {
    gateway.reset();
    await context.clearCookies();
    page = await context.newPage();
    await page.goto(gateway.address);
  });

  afterEach(() => page.close());

  const signIn = async () => {
    await page.locator('[data-testid=sign-in-name]:focus').waitFor();
    await page.keyboard.type('dana');
    await page.keyboard.press('Tab');
    await page.keyboard.type(PASSWORD);
    await page.keyboard.press('Enter');
    await page.getByTestId('overview').waitFor();
  };
  const seen = (testId: string) => page.getByTestId(testId).first().waitFor();
  const painted = (testId: string) => page.locator(`[data-testid=${testId}][data-painted]`).waitFor();
  const text = async (testId: string) => (await page.getByTestId(testId).textContent()) ?? '';
  const sent = <T extends FromConsole['type']>(type: T) =>
    until(`the console to send "${type}"`, () =>
      gateway.received.find((message): message is Extract<FromConsole, { type: T }> => message.type === type),
    );
  /** The picture as a string of a few pixels. */
  const frame = (testId: string) =>
    page.getByTestId(testId).evaluate((video) => {
      const canvas = new OffscreenCanvas(64, 36);
      const drawing = canvas.getContext('2d')!;
      drawing.drawImage(video as HTMLVideoElement, 0, 0, 64, 36);
      return drawing.getImageData(0, 0, 64, 36).data.join();
    });
  const violations = async () => {
    const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']).analyze();
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
  };

  it('says why a sign-in was refused and keeps the name', async () => {
    await page.getByTestId('sign-in-name').fill('dana');
    await page.getByTestId('sign-in-password').fill('wrong');
    await page.getByTestId('sign-in-submit').click();
    await page.getByText('Name or password is wrong.').waitFor();
    assert.equal(await page.getByTestId('sign-in-name').inputValue(), 'dana');
  });

  it('shows an incident with its reason, its priority and both pictures without a click', async () => {
    const errors: string[] = [];
    await signIn();
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
    gateway.publish({ incidents: [forcedDoor(Date.now())] });
    await seen('incident-i1');
    assert.equal(await text('focus-title'), 'Server room door forced open');
    assert.equal(await text('focus-place'), 'Campus › Server room');
    assert.match(await text('focus-reason'), /without a valid access/);
    assert.match(await text('focus-priority'), /one step more urgent/);
    await painted('tile-live');
    await painted('tile-past');
    assert.equal(await page.getByTestId('tile-live').getAttribute('data-camera'), 'cam-server');
    await until('a time of now', async () => /^Live \d\d:\d\d:\d\d$/.test(await text('tile-live-time')));
    assert.match(await text('tile-past-time'), /\d s before$/);
    assert.deepEqual(errors, []);
  });

  it('shows pictures that move', async () => {
    await signIn();
    gateway.publish({ incidents: [forcedDoor(Date.now())] });
    for (const tile of ['tile-live', 'tile-past']) {
      await painted(tile);
      const first = await frame(tile);
      await until(`another picture in ${tile}`, async () => (await frame(tile)) !== first);
    }
  });

  it('plays the past of an incident that is long over, again and again', async () => {
    await signIn();
    gateway.publish({ incidents: [forcedDoor(Date.now() - 60_000)] });
    await painted('tile-past');
    const video = page.getByTestId('tile-past');
    const position = () => video.evaluate((element) => (element as HTMLVideoElement).currentTime);
    const first = await position();
    await video.evaluate((element) => ((element as HTMLVideoElement).currentTime += 14));
    await until('the loop to begin again', async () => (await position()) < first + 5);
  });

  it('begins with the seconds before the alarm and fetches those after it once they are over', async () => {
    await signIn();
    const at = Date.now();
    gateway.publish({ incidents: [forcedDoor(at)] });
    await painted('tile-past');
    assert.match(await text('tile-past-time'), /(10|9) s before$/);
    const newest = () => page.getByTestId('tile-past').evaluate((video) => (video as HTMLVideoElement).buffered.end(0));
    const first = await newest();
    await until('the five seconds after the alarm', async () => (await newest()) > first + 4, 15_000);
  });

  it('plays the recording when the gateway has no other pictures of that time', async () => {
    gateway.forgetful = true;
    await signIn();
    gateway.publish({ incidents: [forcedDoor(Date.now() - 3_600_000)] });
    await painted('tile-past');
    assert.equal(await text('tile-past-time'), 'Recording');
  });

  it('moves nothing on the screen when an incident arrives', async () => {
    await signIn();
    gateway.publish({ incidents: [heldDoor(Date.now())] });
    await painted('tile-live');
    await page.evaluate(() => {
      const shifts = ((globalThis as { shifts?: number[] }).shifts = [] as number[]);
      new PerformanceObserver((list) => shifts.push(...list.getEntries().map((entry) => (entry as unknown as { value: number }).value))).observe({
        type: 'layout-shift',
        buffered: false,
      });
    });
    const now = Date.now();
    const log = [{ id: 3, at: now, by: 'sallyport', text: 'Server room door forced open' }];
    gateway.publish({ incidents: [forcedDoor(now)], doors: [door('door-server', now, { physical: 'Open', alarm: 'DoorForcedOpen' })], log });
    await page.locator('[data-testid=focus][data-incident=i1]').waitFor();
    await painted('tile-live');
    await painted('tile-past');
    const shifts = await page.evaluate(() => (globalThis as { shifts?: number[] }).shifts ?? []);
    assert.ok(shifts.reduce((sum, value) => sum + value, 0) < 0.001, `the layout shifted: ${shifts.join(' ')}`);
  });

  it('sends an acknowledgement with the revision on the screen and shows who did it', async () => {
    await signIn();
    gateway.publish({ incidents: [forcedDoor(Date.now(), { revision: 4 })] });
    await page.getByTestId('action-acknowledge').click();
    const { incident, revision, act } = await sent('act');
    assert.deepEqual({ incident, revision, act }, { incident: 'i1', revision: 4, act: { action: 'acknowledge' } });
    await page.getByText('With dana').waitFor();
    assert.equal(await page.getByTestId('action-acknowledge').isDisabled(), true);
  });

  it('commands the door of the incident and shows what became of it', async () => {
    await signIn();
    gateway.publish({ incidents: [forcedDoor(Date.now())] });
    await page.getByTestId('door-unlock').click();
    const { door: commanded, command, incident } = await sent('door');
    assert.deepEqual([commanded, command, incident], ['door-server', 'unlock', 'i1']);
    await page.getByText(/Unlock: confirmed/).waitFor();
  });

  it('closes nothing without a disposition and a note', async () => {
    await signIn();
    gateway.publish({ incidents: [forcedDoor(Date.now(), { state: 'resolved' })] });
    await page.getByTestId('action-close').click();
    await page.getByTestId('close-submit').click();
    await page.getByText('Choose how it turned out.').waitFor();
    await page.getByTestId('disposition-false-alarm').check();
    await page.getByTestId('close-submit').click();
    await page.getByText('Write a few words for the next shift.').waitFor();
    assert.ok(!gateway.received.some(({ type }) => type === 'act'));
    await page.getByTestId('note').fill('The wind');
    await page.getByTestId('close-submit').click();
    assert.deepEqual((await sent('act')).act, { action: 'close', disposition: 'false-alarm', note: 'The wind' });
    await seen('overview');
  });

  it('takes an incident from alarm to closed by the keyboard alone', async () => {
    await signIn();
    gateway.publish({ incidents: [forcedDoor(Date.now())] });
    await seen('focus');
    const reach = (state: string) => page.locator(`[data-testid=incident-i1][data-state=${state}]`).waitFor();
    await page.keyboard.press('a');
    await reach('acknowledged');
    await page.keyboard.press('s');
    await reach('in-progress');
    await page.keyboard.press('u');
    await page.getByText('Again to confirm').waitFor();
    assert.ok(!gateway.received.some(({ type }) => type === 'door'), 'a single key opens no door');
    await page.keyboard.press('u');
    await sent('door');
    await page.keyboard.press('r');
    await seen('resolve-dialog');
    await page.keyboard.type('Guard looked: cleaning staff');
    await page.keyboard.press('Control+Enter');
    await reach('resolved');
    await page.keyboard.press('c');
    await seen('close-dialog');
    await page.keyboard.press('Space');
    await page.keyboard.press('Tab');
    await page.keyboard.type('Cleaning staff, told to badge');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await seen('overview');
    assert.deepEqual(
      gateway.received.flatMap((message) => (message.type === 'act' ? [message.act.action] : [])),
      ['acknowledge', 'start', 'resolve', 'close'],
    );
  });

  it('lets a dispatcher finish writing before a more urgent incident may take the focus', async () => {
    await signIn();
    gateway.publish({ incidents: [heldDoor(Date.now())] });
    await seen('focus');
    await page.keyboard.press('n');
    await seen('note');
    await page.keyboard.type('half a sen');
    gateway.publish({ incidents: [forcedDoor(Date.now())] });
    await page.getByText('Waiting: Server room door forced open').waitFor();
    assert.equal(await page.getByTestId('note').inputValue(), 'half a sen');
    await page.keyboard.press('Escape');
    await page.getByTestId('note').waitFor({ state: 'detached' });
    await page.keyboard.press('g');
    await page.locator('[data-testid=focus][data-incident=i1]').waitFor();
  });

  it('never passes a frozen picture off as live', async () => {
    await signIn();
    gateway.publish({ incidents: [forcedDoor(Date.now())] });
    await painted('tile-live');
    gateway.frozen.add('cam-server');
    await page.getByText(/No picture since \d\d:\d\d:\d\d/).waitFor();
    assert.equal(await page.getByTestId('tile-live-time').isVisible(), false);
    gateway.frozen.clear();
    await page.getByText(/No picture since/).waitFor({ state: 'detached' });
  });

  it('never passes a picture off as live that comes two seconds late', async () => {
    await signIn();
    gateway.lateMs = 2_000;
    gateway.publish({ incidents: [forcedDoor(Date.now())] });
    const time = page.getByTestId('tile-live-time');
    await page.locator('[data-testid=tile-live-time][data-live=false]:visible').waitFor();
    await until('the time with how late it is', async () => /^▲ \d\d:\d\d:\d\d, \d+ s late$/.test((await time.textContent()) ?? ''));
    gateway.lateMs = 0;
    await page.locator('[data-testid=tile-live-time][data-live=true]:visible').waitFor();
    await until('a time of now', async () => (await time.textContent())?.startsWith('Live'));
  });

  it('says that the connection is lost, and resumes where it was', async () => {
    await signIn();
    gateway.publish({ incidents: [forcedDoor(Date.now())] });
    await seen('focus');
    gateway.down = true;
    gateway.drop();
    await seen('connection-banner');
    assert.equal(await page.getByTestId('action-acknowledge').isDisabled(), true);
    gateway.down = false;
    await page.getByTestId('try-now').click();
    await page.getByTestId('connection-banner').waitFor({ state: 'detached' });
    const resumes = gateway.received.filter(({ type }) => type === 'resume');
    assert.deepEqual(resumes.at(-1), { type: 'resume', epoch: 'epoch-1', revision: 11 });
  });

  it('asks to be reloaded when the gateway speaks another version of the protocol', async () => {
    await signIn();
    gateway.protocol += 1;
    gateway.drop();
    await seen('outdated-dialog');
  });

  it('starts the scenarios of a lab', async () => {
    await signIn();
    await page.getByTestId('scenario-tailgating').click();
    assert.equal((await sent('scenario')).name, 'tailgating');
  });

  it('puts an incident on hold by the keyboard, with a time at which it comes back', async () => {
    await signIn();
    gateway.publish({ incidents: [forcedDoor(Date.now(), { state: 'acknowledged', owner: 'dana' })] });
    await seen('focus');
    await page.keyboard.press('h');
    await seen('hold-dialog');
    await page.getByTestId('minutes').selectOption('60');
    await page.getByTestId('note').fill('Locksmith comes');
    await page.keyboard.press('Control+Enter');
    assert.deepEqual((await sent('act')).act, { action: 'hold', minutes: 60, note: 'Locksmith comes' });
    await page.getByTestId('focus-state').getByText('On hold').waitFor();
  });

  it('keeps what is needed less often behind one button', async () => {
    await signIn();
    gateway.publish({ incidents: [forcedDoor(Date.now(), { state: 'acknowledged', owner: 'dana' })] });
    await page.getByTestId('action-more').click();
    await page.getByTestId('action-hand-over').click();
    await seen('hand-over-dialog');
    await page.getByTestId('note').fill('End of my shift');
    await page.getByTestId('hand-over-dialog-submit').click();
    assert.deepEqual((await sent('act')).act, { action: 'hand-over', to: 'eli', note: 'End of my shift' });
  });

  it('offers to accept what a colleague hands over', async () => {
    await signIn();
    const handOver = { to: 'dana', by: 'eli', at: Date.now() };
    gateway.publish({ incidents: [forcedDoor(Date.now(), { state: 'in-progress', owner: 'eli', handOver })] });
    await page.getByTestId('action-accept').click();
    assert.deepEqual((await sent('act')).act, { action: 'accept' });
  });

  it('says what came since a dialog was opened, and goes on when told to', async () => {
    await signIn();
    gateway.publish({ incidents: [forcedDoor(Date.now(), { state: 'acknowledged', revision: 4 })] });
    await seen('focus');
    await page.keyboard.press('c');
    await page.getByTestId('disposition-nuisance').check();
    await page.getByTestId('note').fill('Wind');
    gateway.publish({ incidents: [forcedDoor(Date.now(), { state: 'acknowledged', revision: 5 })] });
    gateway.refusal = { code: 'look-again', message: 'Since you looked, this was added: motion. Look again' };
    await page.getByTestId('close-submit').click();
    await page.getByTestId('dialog-error').getByText('motion').waitFor();
    await page.getByTestId('close-submit').click();
    await seen('overview');
    assert.deepEqual(
      gateway.received.flatMap((message) => (message.type === 'act' ? [message.revision] : [])),
      [4, 5],
    );
  });

  it('sets the alarm level that the evidence suggests, or another', async () => {
    await signIn();
    gateway.publish({ incidents: [forcedDoor(Date.now(), { avs: { suggested: { level: 2, because: 'motion' } } })] });
    assert.match(await text('focus-avs'), /AVS 2 suggested/);
    await page.keyboard.press('v');
    await seen('avs-dialog');
    assert.equal(await page.getByTestId('avs-2').isChecked(), true);
    await page.getByTestId('avs-3').check();
    await page.getByTestId('avs-dialog-submit').click();
    assert.deepEqual((await sent('act')).act, { action: 'avs', level: 3 });
  });

  it('shelves with an end and a reason, and lists what is shelved with its end', async () => {
    await signIn();
    gateway.publish({ incidents: [heldDoor(Date.now())] });
    await seen('focus');
    await page.keyboard.press('z');
    await seen('shelve-dialog');
    await page.getByTestId('what').selectOption('kind');
    await page.getByTestId('shelve-dialog-submit').click();
    await page.getByText('Write a few words first.').waitFor();
    await page.getByTestId('note').fill('Movers');
    await page.getByTestId('shelve-dialog-submit').click();
    const { measure } = await sent('measure');
    assert.deepEqual(measure, { type: 'shelved', target: { of: 'kind', point: 'door-main', kind: 'door.held' }, minutes: 30, reason: 'Movers' });
    const from = Date.now();
    gateway.publish({ alarms: { measures: [{ ...measure, id: 'm1', by: 'dana', from, until: from + 1_800_000 }], suppressed: [] } });
    await page.getByTestId('shelve-dialog').waitFor({ state: 'detached' });
    await page.keyboard.press('q');
    await page.getByTestId('measure-m1').getByText('Movers').waitFor();
    await page.getByTestId('end-m1').click();
    assert.equal((await sent('end-measure')).measure, 'm1');
    assert.deepEqual(await violations(), []);
  });

  it('leaves what is shelved out of the queue, and tells a test by word and frame', async () => {
    await signIn();
    const suppressed = { type: 'shelved', measure: 'm1', until: Date.now() + 60_000, because: 'Movers' } as const;
    gateway.publish({ incidents: [heldDoor(Date.now(), { suppressed }), forcedDoor(Date.now(), { test: true, priority: 5 })] });
    await page.getByTestId('incident-i1').getByText('TEST').waitFor();
    assert.equal(await page.getByTestId('incident-i1').getAttribute('data-test'), 'true');
    assert.equal(await page.getByTestId('incident-i2').count(), 0);
    assert.match(await text('queue-count'), /1 open/);
    await page.keyboard.press('q');
    await page.getByTestId('shelved-i2').focus();
    await page.keyboard.press('Enter');
    await page.locator('[data-testid=focus][data-incident=i2]').waitFor();
    gateway.publish({ incidents: [forcedDoor(Date.now(), { test: true, priority: 5, revision: 9 })] });
    await page.getByTestId('incident-i1').waitFor();
    assert.equal(await page.getByTestId('focus').getAttribute('data-incident'), 'i2');
  });

  it('groups what is not critical in a flood, and shows what is critical singly', async () => {
    await signIn();
    const lead = heldDoor(0).evidence[0]!;
    const held = Array.from({ length: 12 }, (_, index) =>
      heldDoor(Date.now(), { id: `h${index}`, kind: 'door-held', state: 'acknowledged', evidence: [{ ...lead, kind: 'door.held' }] }),
    );
    gateway.publish({ incidents: [forcedDoor(Date.now()), ...held], alarms: { measures: [], suppressed: [], flood: { since: Date.now() } } });
    await page.getByTestId('group-door-held').getByText('12 × door-held').waitFor();
    await seen('incident-i1');
    assert.equal(await page.getByTestId('incident-h3').count(), 0);
    await page.getByTestId('group-door-held').click();
    await seen('incident-h3');
  });

  it('shows the figures of the alarm system', async () => {
    await signIn();
    await page.keyboard.press('f');
    await page.getByText('9 s (p50), 65 s (p95)').waitFor();
    assert.equal(await page.getByTestId('seat-dana').textContent(), 'dana310.2156308 s40 s2111 · 3 · 15 · 10 · 2');
    await page.getByTestId('figures-of').selectOption('eli');
    await page.getByTestId('figures-dialog').getByText('90 %').waitFor();
    await page.getByTestId('figures-dialog').getByText('0.069, at most 4').waitFor();
    await page.getByTestId('figures-of').selectOption('the whole site');
    await page.route('**/api/v1/figures', (route) => route.fulfill({ json: { ...figures, incidents: 4711 } }));
    await page.getByText('4711').waitFor({ timeout: 15_000 });
    assert.deepEqual(await violations(), []);
  });

  it('shows the picture that a recorder sent among the evidence, and enlarges it by the keyboard', async () => {
    await signIn();
    const at = Date.now();
    const incident = forcedDoor(at);
    const sent = { event: 'e3', at: at + 900, kind: 'video.snapshot', phase: 'momentary', point: 'cam-server', role: 'support' } as const;
    const evidence = [...incident.evidence, { ...sent, rule: 'picture-nearby', text: 'Server room camera sent a picture', picture: true as const }];
    gateway.publish({ incidents: [{ ...incident, evidence }] });
    const width = (selector: string) => page.locator(selector).evaluate((image) => (image as HTMLImageElement).naturalWidth);
    await until('the small picture', async () => (await width('[data-testid=evidence-picture] img')) === 48);
    assert.deepEqual(await violations(), []);
    await page.getByTestId('evidence-picture').focus();
    await page.keyboard.press('Enter');
    await seen('evidence-picture-dialog');
    await until('the large picture', async () => (await width('.evidence-full')) === 48);
    assert.deepEqual(await violations(), []);
    await page.keyboard.press('Escape');
    await page.getByTestId('evidence-picture-dialog').waitFor({ state: 'detached' });
  });

  it('sets a threat level in two steps by the keyboard, lists what failed on top, and restores by one action', async () => {
    await signIn();
    assert.match(await text('threat'), /Threat level normal/);
    await page.keyboard.press('!');
    await page.locator('[data-testid=level-evacuation]:focus').waitFor();
    assert.equal(await page.getByTestId('level-drill').count(), 0, 'what the site file leaves to others');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.locator('[data-testid=threat-set]:focus').waitFor();
    assert.match(await text('threat-plan'), /4 doors will be locked: Server room door, Main entrance, Stairwell door, Delivery gate/);
    assert.deepEqual(await violations(), [], 'second step');
    await page.keyboard.press('Enter');
    const { level, scope } = await sent('threat');
    assert.deepEqual([level, scope], ['lockdown', 'lab']);
    const at = Date.now();
    const held = (id: string, outcome: 'done' | 'failed', reason?: string) => {
      return { door: id, command: 'lock' as const, level: 'lockdown', outcome, at, ...(reason !== undefined && { reason }) };
    };
    const doors = [held('door-server', 'done'), held('door-main', 'done'), held('door-stairs', 'done'), held('door-gate', 'failed', 'no answer')];
    gateway.publish({ threats: { inForce: [{ scope: 'lab', level: 'lockdown', by: 'dana', at, note: 'shots heard' }], doors } });
    await seen('threat-restore');
    assert.match(await text('threat'), /■ Lock-down: whole site ▲ 1 door not done/);
    assert.equal(await page.locator('.threat-doors li').first().getAttribute('data-outcome'), 'failed');
    assert.match(await text('threat-door-door-gate'), /✕ Not locked.*no answer/);
    assert.deepEqual(await violations(), [], 'status');
    await page.getByTestId('threat-retry').click();
    await sent('retry-threat');
    await page.getByTestId('threat-restore').click();
    await sent('lift-threat');
    gateway.publish({ threats: { inForce: [], doors: [] } });
    await page.locator('[data-testid=threat][data-level=normal]').waitFor();
  });

  it('shows what somebody should look at although the device is online, without a hover', async () => {
    await signIn();
    const attention = 'messages from accounts that the site does not know: 4712';
    gateway.publish({ devices: [device('sia-receiver', Date.now(), { attention })] });
    await page.getByTestId('device-attention-sia-receiver').getByText(attention).waitFor();
    assert.match(await text('devices-attention'), /1 to look at/);
    assert.match(await text('devices-online'), /all 7 online/);
    assert.deepEqual(await violations(), []);
  });

  it('has no accessibility violations on any of its screens', async () => {
    assert.deepEqual(await violations(), [], 'sign-in');
    await signIn();
    assert.deepEqual(await violations(), [], 'overview');
    gateway.publish({ incidents: [forcedDoor(Date.now()), heldDoor(Date.now(), { state: 'acknowledged' })] });
    await painted('tile-live');
    assert.deepEqual(await violations(), [], 'focus');
    await page.keyboard.press('n');
    await seen('note-dialog');
    assert.deepEqual(await violations(), [], 'dialog');
    await page.keyboard.press('Escape');
    gateway.down = true;
    gateway.drop();
    await seen('connection-banner');
    assert.deepEqual(await violations(), [], 'connection lost');
  });

  describe('by a clock that the test moves', () => {
    let own: Awaited<ReturnType<typeof openBrowser>>;

    // The clock is the same for all pages of a context, to its end.
    before(async () => {
      own = await openBrowser();
    });
    after(() => own.close());
    beforeEach(async () => {
      await page.close();
      page = await own.context.newPage();
      await page.clock.install();
      await own.context.clearCookies();
      await page.goto(gateway.address);
    });

    it('says for a while that pictures were left out because its connection is slow', async () => {
      await signIn();
      gateway.publish({ incidents: [forcedDoor(Date.now())] });
      await painted('tile-live');
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
      await signIn();
      gateway.publish({ incidents: [forcedDoor(Date.now())] });
      await painted('tile-live');
      await seen('tile-live-time');
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

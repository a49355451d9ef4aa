import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import type { ProcedureStep, ProcedureView } from '../../src/desk/procedure-schemas.ts';
import { until } from '../support/until.ts';
import { violations, watchShifts } from './browser.ts';
import { door, forcedDoor, heldDoor } from './canned.ts';
import type { FakeGateway } from './fake-gateway.ts';
import { Seat } from './seat.ts';

describe('the console in a browser', function () {
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

  it('says why a sign-in was refused and keeps the name', async () => {
    await page.getByTestId('sign-in-name').fill('dana');
    await page.getByTestId('sign-in-password').fill('wrong');
    await page.getByTestId('sign-in-submit').click();
    await page.getByText('Name or password is wrong.').waitFor();
    assert.equal(await page.getByTestId('sign-in-name').inputValue(), 'dana');
  });

  it('shows an incident with its reason, its priority and both pictures without a click', async () => {
    const errors: string[] = [];
    await seat.signIn();
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
    gateway.publish({ incidents: [forcedDoor(Date.now())] });
    await seat.seen('incident-i1');
    assert.equal(await seat.text('focus-title'), 'Server room door forced open');
    assert.equal(await seat.text('focus-place'), 'Campus › Server room');
    assert.match(await seat.text('focus-reason'), /without a valid access/);
    assert.match(await seat.text('focus-priority'), /one step more urgent/);
    await seat.painted('tile-live');
    await seat.painted('tile-past');
    assert.equal(await page.getByTestId('tile-live').getAttribute('data-camera'), 'cam-server');
    await until('a time of now', async () => /^Live \d\d:\d\d:\d\d$/.test(await seat.text('tile-live-time')));
    assert.match(await seat.text('tile-past-time'), /\d s before$/);
    assert.deepEqual(errors, []);
  });

  it('moves nothing on the screen when an incident arrives', async () => {
    await seat.signIn();
    gateway.publish({ incidents: [heldDoor(Date.now())] });
    await seat.painted('tile-live');
    const shifted = await watchShifts(page);
    const now = Date.now();
    const log = [{ id: 3, at: now, by: 'sallyport', text: 'Server room door forced open' }];
    gateway.publish({ incidents: [forcedDoor(now)], doors: [door('door-server', now, { physical: 'Open', alarm: 'DoorForcedOpen' })], log });
    await page.locator('[data-testid=focus][data-incident=i1]').waitFor();
    await seat.painted('tile-live');
    await seat.painted('tile-past');
    const by = await shifted();
    assert.ok(by < 0.001, `the layout shifted by ${by}`);
  });

  it('sends an acknowledgement with the revision on the screen and shows who did it', async () => {
    await seat.signIn();
    gateway.publish({ incidents: [forcedDoor(Date.now(), { revision: 4 })] });
    await page.getByTestId('action-acknowledge').click();
    const { incident, revision, act } = await seat.sent('act');
    assert.deepEqual({ incident, revision, act }, { incident: 'i1', revision: 4, act: { action: 'acknowledge' } });
    await page.getByText('With dana').waitFor();
    assert.equal(await page.getByTestId('action-acknowledge').isDisabled(), true);
  });

  it('commands the door of the incident and shows what became of it', async () => {
    await seat.signIn();
    gateway.publish({ incidents: [forcedDoor(Date.now())] });
    await page.getByTestId('door-unlock').click();
    const { door: commanded, command, incident } = await seat.sent('door');
    assert.deepEqual([commanded, command, incident], ['door-server', 'unlock', 'i1']);
    await page.getByText(/Unlock: confirmed/).waitFor();
  });

  it('shows what is to be done next of a procedure that has begun, until when, and leads the keyboard there', async () => {
    const step = { mandatory: true, late: false, applies: true, choices: [], contacts: [] };
    const done = { ...step, type: 'ask', answer: 'yes', by: 'eli', at: Date.now() } as const;
    const steps: ProcedureStep[] = [
      ...Array.from({ length: 8 }, (_, index) => ({ ...done, id: `done-${index}`, text: 'Is somebody at the door or behind it?' })),
      { ...step, id: 'lock', type: 'door', text: 'Lock it.', command: 'lock', dueAt: Date.UTC(2026, 0, 15, 12) },
    ];
    const procedure: ProcedureView = { incident: 'i1', procedure: 'p', title: 'Forced door', open: 1, steps };
    await page.route('**/procedure', (route) => route.fulfill({ json: { procedure } }));
    await seat.signIn();
    gateway.publish({ incidents: [forcedDoor(Date.now())] });
    const next = page.locator('[data-next]');
    await next.waitFor();
    const [of, list] = [await next.boundingBox(), await page.locator('.procedure .scroll').boundingBox()];
    assert.ok(of !== null && list !== null && of.y >= list.y - 1 && of.y + of.height <= list.y + list.height + 1, 'in view');
    assert.match((await next.textContent()) ?? '', /required.*by \d\d:00:00Lock$/);
    await page.keyboard.press('w');
    await page.locator('[data-testid=answer-lock-lock]:focus').waitFor();
    assert.deepEqual(await violations(page), []);
  });

  it('closes nothing without a disposition and a note', async () => {
    await seat.signIn();
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
    assert.deepEqual((await seat.sent('act')).act, { action: 'close', disposition: 'false-alarm', note: 'The wind' });
    await seat.seen('overview');
  });

  it('takes an incident from alarm to closed by the keyboard alone', async () => {
    await seat.signIn();
    gateway.publish({ incidents: [forcedDoor(Date.now())] });
    await seat.seen('focus');
    const reach = (state: string) => page.locator(`[data-testid=incident-i1][data-state=${state}]`).waitFor();
    await page.keyboard.press('a');
    await reach('acknowledged');
    await page.keyboard.press('s');
    await reach('in-progress');
    await page.keyboard.press('u');
    await page.getByText('Again to confirm').waitFor();
    assert.ok(!gateway.received.some(({ type }) => type === 'door'), 'a single key opens no door');
    await page.keyboard.press('u');
    await seat.sent('door');
    await page.keyboard.press('r');
    await seat.seen('resolve-dialog');
    await page.keyboard.type('Guard looked: cleaning staff');
    await page.keyboard.press('Control+Enter');
    await reach('resolved');
    await page.keyboard.press('c');
    await seat.seen('close-dialog');
    await page.keyboard.press('Space');
    await page.keyboard.press('Tab');
    await page.keyboard.type('Cleaning staff, told to badge');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await seat.seen('overview');
    assert.deepEqual(
      gateway.received.flatMap((message) => (message.type === 'act' ? [message.act.action] : [])),
      ['acknowledge', 'start', 'resolve', 'close'],
    );
  });

  it('lets a dispatcher finish writing before a more urgent incident may take the focus', async () => {
    await seat.signIn();
    gateway.publish({ incidents: [heldDoor(Date.now())] });
    await seat.seen('focus');
    await page.keyboard.press('n');
    await seat.seen('note');
    await page.keyboard.type('half a sen');
    gateway.publish({ incidents: [forcedDoor(Date.now())] });
    await page.getByText('Waiting: Server room door forced open').waitFor();
    assert.equal(await page.getByTestId('note').inputValue(), 'half a sen');
    await page.keyboard.press('Escape');
    await page.getByTestId('note').waitFor({ state: 'detached' });
    await page.keyboard.press('g');
    await page.locator('[data-testid=focus][data-incident=i1]').waitFor();
  });

  it('says that the connection is lost, and resumes where it was', async () => {
    await seat.signIn();
    gateway.publish({ incidents: [forcedDoor(Date.now())] });
    await seat.seen('focus');
    gateway.down = true;
    gateway.drop();
    await seat.seen('connection-banner');
    assert.equal(await page.getByTestId('action-acknowledge').isDisabled(), true);
    gateway.down = false;
    await page.getByTestId('try-now').click();
    await page.getByTestId('connection-banner').waitFor({ state: 'detached' });
    const resumes = gateway.received.filter(({ type }) => type === 'resume');
    assert.deepEqual(resumes.at(-1), { type: 'resume', epoch: 'epoch-1', revision: 11 });
  });

  it('asks to be reloaded when the gateway speaks another version of the protocol', async () => {
    await seat.signIn();
    gateway.protocol += 1;
    gateway.drop();
    await seat.seen('outdated-dialog');
  });

  it('starts the scenarios of a lab', async () => {
    await seat.signIn();
    await page.getByTestId('scenario-tailgating').click();
    assert.equal((await seat.sent('scenario')).name, 'tailgating');
  });

  it('puts an incident on hold by the keyboard, with a time at which it comes back', async () => {
    await seat.signIn();
    gateway.publish({ incidents: [forcedDoor(Date.now(), { state: 'acknowledged', owner: 'dana' })] });
    await seat.seen('focus');
    await page.keyboard.press('h');
    await seat.seen('hold-dialog');
    await page.getByTestId('minutes').selectOption('60');
    await page.getByTestId('note').fill('Locksmith comes');
    await page.keyboard.press('Control+Enter');
    assert.deepEqual((await seat.sent('act')).act, { action: 'hold', minutes: 60, note: 'Locksmith comes' });
    await page.getByTestId('focus-state').getByText('On hold').waitFor();
  });

  it('keeps what is needed less often behind one button', async () => {
    await seat.signIn();
    gateway.publish({ incidents: [forcedDoor(Date.now(), { state: 'acknowledged', owner: 'dana' })] });
    await page.getByTestId('action-more').click();
    await page.getByTestId('action-hand-over').click();
    await seat.seen('hand-over-dialog');
    await page.getByTestId('note').fill('End of my shift');
    await page.getByTestId('hand-over-dialog-submit').click();
    assert.deepEqual((await seat.sent('act')).act, { action: 'hand-over', to: 'eli', note: 'End of my shift' });
  });

  it('offers to accept what a colleague hands over', async () => {
    await seat.signIn();
    const handOver = { to: 'dana', by: 'eli', at: Date.now() };
    gateway.publish({ incidents: [forcedDoor(Date.now(), { state: 'in-progress', owner: 'eli', handOver })] });
    await page.getByTestId('action-accept').click();
    assert.deepEqual((await seat.sent('act')).act, { action: 'accept' });
  });

  it('says what came since a dialog was opened, and goes on when told to', async () => {
    await seat.signIn();
    gateway.publish({ incidents: [forcedDoor(Date.now(), { state: 'acknowledged', revision: 4 })] });
    await seat.seen('focus');
    await page.keyboard.press('c');
    await page.getByTestId('disposition-nuisance').check();
    await page.getByTestId('note').fill('Wind');
    gateway.publish({ incidents: [forcedDoor(Date.now(), { state: 'acknowledged', revision: 5 })] });
    gateway.refusal = { code: 'look-again', message: 'Since you looked, this was added: motion. Look again' };
    await page.getByTestId('close-submit').click();
    await page.getByTestId('dialog-error').getByText('motion').waitFor();
    await page.getByTestId('close-submit').click();
    await seat.seen('overview');
    assert.deepEqual(
      gateway.received.flatMap((message) => (message.type === 'act' ? [message.revision] : [])),
      [4, 5],
    );
  });

  it('has no accessibility violations on any of its screens', async () => {
    assert.deepEqual(await violations(page), [], 'sign-in');
    await seat.signIn();
    assert.deepEqual(await violations(page), [], 'overview');
    gateway.publish({ incidents: [forcedDoor(Date.now()), heldDoor(Date.now(), { state: 'acknowledged' })] });
    await seat.painted('tile-live');
    assert.deepEqual(await violations(page), [], 'focus');
    await page.keyboard.press('n');
    await seat.seen('note-dialog');
    assert.deepEqual(await violations(page), [], 'dialog');
    await page.keyboard.press('Escape');
    gateway.down = true;
    gateway.drop();
    await seat.seen('connection-banner');
    assert.deepEqual(await violations(page), [], 'connection lost');
  });
});

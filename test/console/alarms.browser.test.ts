import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { violations } from './browser.ts';
import { device, figures, forcedDoor, heldDoor } from './canned.ts';
import type { FakeGateway } from './fake-gateway.ts';
import { Seat } from './seat.ts';

describe('the alarm system in the console', function () {
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

  it('sets the alarm level that the evidence suggests, or another', async () => {
    await seat.signIn();
    gateway.publish({ incidents: [forcedDoor(Date.now(), { avs: { suggested: { level: 2, because: 'motion' } } })] });
    assert.match(await seat.text('focus-avs'), /AVS 2 suggested/);
    await page.keyboard.press('v');
    await seat.seen('avs-dialog');
    assert.equal(await page.getByTestId('avs-2').isChecked(), true);
    await page.getByTestId('avs-3').check();
    await page.getByTestId('avs-dialog-submit').click();
    assert.deepEqual((await seat.sent('act')).act, { action: 'avs', level: 3 });
  });

  it('shelves with an end and a reason, and lists what is shelved with its end', async () => {
    await seat.signIn();
    gateway.publish({ incidents: [heldDoor(Date.now())] });
    await seat.seen('focus');
    await page.keyboard.press('z');
    await seat.seen('shelve-dialog');
    await page.getByTestId('what').selectOption('kind');
    await page.getByTestId('shelve-dialog-submit').click();
    await page.getByText('Write a few words first.').waitFor();
    await page.getByTestId('note').fill('Movers');
    await page.getByTestId('shelve-dialog-submit').click();
    const { measure } = await seat.sent('measure');
    assert.deepEqual(measure, { type: 'shelved', target: { of: 'kind', point: 'door-main', kind: 'door.held' }, minutes: 30, reason: 'Movers' });
    const from = Date.now();
    gateway.publish({ alarms: { measures: [{ ...measure, id: 'm1', by: 'dana', from, until: from + 1_800_000 }], suppressed: [] } });
    await page.getByTestId('shelve-dialog').waitFor({ state: 'detached' });
    await page.keyboard.press('q');
    await page.getByTestId('measure-m1').getByText('Movers').waitFor();
    await page.getByTestId('end-m1').click();
    assert.equal((await seat.sent('end-measure')).measure, 'm1');
    assert.deepEqual(await violations(page), []);
  });

  it('puts nothing on test that nobody chose, and says what goes with it', async () => {
    await seat.signIn();
    await page.keyboard.press('q');
    await page.getByTestId('begin-on-test').click();
    await page.getByTestId('note').fill('Maintenance');
    await page.keyboard.press('Control+Enter');
    await page.getByText('Choose what it is about.').waitFor();
    assert.deepEqual(await page.locator('optgroup').evaluateAll((groups) => groups.map((group) => group.getAttribute('label'))), [
      'Devices',
      'Doors, each with its readers',
      'Cameras',
    ]);
    await page.getByTestId('what').selectOption('ctl-annex');
    await page.keyboard.press('Control+Enter');
    const { target } = (await seat.sent('measure')).measure;
    assert.deepEqual(target, { of: 'device', device: 'ctl-annex' });
  });

  it('leaves what is shelved out of the queue, and tells a test by word and frame', async () => {
    await seat.signIn();
    const suppressed = { type: 'shelved', measure: 'm1', until: Date.now() + 60_000, because: 'Movers' } as const;
    gateway.publish({ incidents: [heldDoor(Date.now(), { suppressed }), forcedDoor(Date.now(), { test: true, priority: 5 })] });
    await page.getByTestId('incident-i1').getByText('TEST').waitFor();
    assert.equal(await page.getByTestId('incident-i1').getAttribute('data-test'), 'true');
    assert.equal(await page.getByTestId('incident-i2').count(), 0);
    assert.match(await seat.text('queue-count'), /1 open/);
    await page.keyboard.press('q');
    await page.getByTestId('shelved-i2').focus();
    await page.keyboard.press('Enter');
    await page.locator('[data-testid=focus][data-incident=i2]').waitFor();
    gateway.publish({ incidents: [forcedDoor(Date.now(), { test: true, priority: 5, revision: 9 })] });
    await page.getByTestId('incident-i1').waitFor();
    assert.equal(await page.getByTestId('focus').getAttribute('data-incident'), 'i2');
  });

  it('groups what is not critical in a flood, and shows what is critical singly', async () => {
    await seat.signIn();
    const lead = heldDoor(0).evidence[0]!;
    const held = Array.from({ length: 12 }, (_, index) =>
      heldDoor(Date.now(), { id: `h${index}`, kind: 'door-held', state: 'acknowledged', evidence: [{ ...lead, kind: 'door.held' }] }),
    );
    gateway.publish({ incidents: [forcedDoor(Date.now()), ...held], alarms: { measures: [], suppressed: [], flood: { since: Date.now() } } });
    await page.getByTestId('group-door-held').getByText('12 × door-held').waitFor();
    await seat.seen('incident-i1');
    assert.equal(await page.getByTestId('incident-h3').count(), 0);
    await page.getByTestId('group-door-held').click();
    await seat.seen('incident-h3');
  });

  it('shows the figures of the alarm system, and anew while it stands open', async () => {
    page = await seat.newPage({ clock: true });
    await seat.signIn();
    await page.keyboard.press('f');
    await page.getByText('9 s (p50), 65 s (p95)').waitFor();
    assert.equal(await page.getByTestId('seat-dana').textContent(), 'dana310.2156308 s40 s2111 · 3 · 15 · 10 · 2');
    await page.getByTestId('figures-of').selectOption('eli');
    await page.getByTestId('figures-dialog').getByText('90 %').waitFor();
    await page.getByTestId('figures-dialog').getByText('0.069, at most 4').waitFor();
    await page.getByTestId('figures-of').selectOption('the whole site');
    await page.route('**/api/v1/figures', (route) => route.fulfill({ json: { ...figures, incidents: 4711 } }));
    await page.clock.fastForward(10_000);
    await page.getByText('4711').waitFor();
    assert.deepEqual(await violations(page), []);
  });

  it('sets a threat level in two steps by the keyboard, lists what failed on top, and restores by one action', async () => {
    await seat.signIn();
    assert.match(await seat.text('threat'), /Threat level normal/);
    await page.keyboard.press('!');
    await page.locator('[data-testid=level-evacuation]:focus').waitFor();
    assert.equal(await page.getByTestId('level-drill').count(), 0, 'what the site file leaves to others');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.locator('[data-testid=threat-set]:focus').waitFor();
    assert.match(await seat.text('threat-plan'), /4 doors will be locked: Server room door, Main entrance, Stairwell door, Delivery gate/);
    assert.deepEqual(await violations(page), [], 'second step');
    await page.keyboard.press('Enter');
    const { level, scope } = await seat.sent('threat');
    assert.deepEqual([level, scope], ['lockdown', 'lab']);
    const at = Date.now();
    const held = (id: string, outcome: 'done' | 'failed', reason?: string) => {
      return { door: id, command: 'lock' as const, level: 'lockdown', outcome, at, ...(reason !== undefined && { reason }) };
    };
    const doors = [held('door-server', 'done'), held('door-main', 'done'), held('door-stairs', 'done'), held('door-gate', 'failed', 'no answer')];
    gateway.publish({ threats: { inForce: [{ scope: 'lab', level: 'lockdown', by: 'dana', at, note: 'shots heard' }], doors } });
    await seat.seen('threat-restore');
    assert.match(await seat.text('threat'), /■ Lock-down: whole site ▲ 1 door not done/);
    assert.equal(await page.locator('.threat-doors li').first().getAttribute('data-outcome'), 'failed');
    assert.match(await seat.text('threat-door-door-gate'), /✕ Not locked.*no answer/);
    assert.deepEqual(await violations(page), [], 'status');
    assert.equal(await page.locator('dialog .primary').textContent(), 'Try again: 1');
    await page.getByTestId('threat-retry').click();
    await seat.sent('retry-threat');
    await page.getByTestId('threat-restore').click();
    await seat.sent('lift-threat');
    gateway.publish({ threats: { inForce: [], doors: [] } });
    await page.locator('[data-testid=threat][data-level=normal]').waitFor();
  });

  it('shows what somebody should look at although the device is online, without a hover', async () => {
    await seat.signIn();
    const attention = 'messages from accounts that the site does not know: 4712';
    gateway.publish({ devices: [device('sia-receiver', Date.now(), { attention })] });
    await page.getByTestId('device-attention-sia-receiver').getByText(attention).waitFor();
    assert.match(await seat.text('devices-attention'), /1 to look at/);
    assert.match(await seat.text('devices-online'), /all 7 online/);
    assert.deepEqual(await violations(page), []);
  });
});

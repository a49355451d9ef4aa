import assert from 'node:assert/strict';
import type { BrowserContext, Page } from 'playwright-core';
import { freePorts } from '../support/free-ports.ts';
import { LAB_PASSWORD, labFiles, startLab } from '../support/lab.ts';
import type { Lab } from '../support/lab.ts';
import { RestClient } from '../support/rest-client.ts';
import { until } from '../support/until.ts';
import { openBrowser, signIn, violations, watchShifts } from './browser.ts';

describe('the integrator’s page', function () {
  this.timeout(120_000);
  let lab: Lab;
  let context: BrowserContext;
  let page: Page;
  const cleanUp: (() => Promise<unknown>)[] = [];

  before(async () => {
    const [closed = 0] = await freePorts(1);
    const files = await labFiles((site) => {
      const spare = { id: 'spare', name: 'Spare controller', adapter: 'modbus-door', host: '127.0.0.1', port: closed, profile: 'sallyport-d4' };
      (site['devices'] as unknown[]).push(spare);
    });
    cleanUp.unshift(async () => {
      await Promise.resolve();
      files.remove();
    });
    lab = await startLab(files);
    cleanUp.unshift(() => lab.program.stop());
    const browser = await openBrowser();
    context = browser.context;
    cleanUp.unshift(browser.close);
    const rest = await RestClient.signIn(lab.url);
    await until('all but the spare device online', async () => (await rest.devices()).filter(({ state }) => state !== 'online').length === 1, 60_000);
  });

  after(async () => {
    for (const each of cleanUp) await each();
  });

  beforeEach(async () => {
    await context.clearCookies();
    page = await context.newPage();
    await page.goto(lab.url);
  });

  afterEach(() => page.close());

  const enter = async (name: string) => {
    await signIn(page, name, LAB_PASSWORD);
    await page.locator('.desk').waitFor();
  };
  const openPage = async () => {
    await enter('integrator');
    // Who may have the page is known when the desk has said hello.
    await page.getByTestId('site').waitFor();
    await page.keyboard.press(',');
    await page.getByTestId('integrator').waitFor();
  };
  const tested = (outcome: 'good' | 'bad') => page.locator(`[data-testid=test-result][data-state=${outcome}]`).waitFor({ timeout: 40_000 });

  it('is not there for dispatchers', async () => {
    await enter('dispatcher');
    await page.getByTestId('help').waitFor();
    assert.equal(await page.getByTestId('site').count(), 0);
    await page.keyboard.press(',');
    assert.equal(await page.getByTestId('integrator').count(), 0);
  });

  it('tests a camera and shows a picture of its video', async () => {
    await openPage();
    await page.getByTestId('site-device-dev-cam-server').click();
    await page.getByTestId('test-device').click();
    await tested('good');
    const width = await page.getByTestId('test-picture-cam-server').evaluate((image) => (image as HTMLImageElement).naturalWidth);
    assert.ok(width > 0, 'the picture was decoded');
    assert.deepEqual(await violations(page), []);
  });

  it('tries a device that is offline at once, and says what to do', async () => {
    await openPage();
    await page.getByTestId('site-device-spare').click();
    await page.getByTestId('test-device').click();
    await tested('bad');
    await page.getByText('Check the port').waitFor();
  });

  it('finds the lab’s cameras and writes a fragment for the site file', async () => {
    await openPage();
    await page.keyboard.press('2');
    await page.getByTestId('interface').selectOption('127.0.0.1');
    await page.getByTestId('discover').click();
    await page.getByTestId('discovered-device').first().waitFor({ timeout: 40_000 });
    assert.match((await page.getByTestId('fragment').textContent()) ?? '', /^devices:\n/);
    assert.deepEqual(await violations(page), []);
  });

  it('tests what it found with the account that was typed in, which is in no address and in no storage', async () => {
    const addresses: string[] = [];
    page.on('request', (request) => addresses.push(request.url()));
    await openPage();
    await page.keyboard.press('2');
    await page.getByTestId('interface').selectOption('127.0.0.1');
    for (const other of ['bacnet-door', 'modbus-door']) await page.getByTestId(`discover-${other}`).uncheck();
    await page.getByTestId('discover').click();
    const device = page.getByTestId('discovered-device').first();
    await device.waitFor({ timeout: 40_000 });
    const button = device.getByRole('button', { name: /^Test/ });
    await button.click();
    await device.getByText('enter an account').waitFor({ timeout: 60_000 });
    await page.getByTestId('discover-username').fill('nobody');
    await page.getByTestId('discover-password').fill('a wrong password');
    await button.click();
    await device.getByText('refuses user name "nobody"').waitFor({ timeout: 60_000 });
    assert.deepEqual(await violations(page), []);
    assert.deepEqual(
      addresses.filter((address) => address.includes('wrong')),
      [],
    );
    assert.doesNotMatch(await page.evaluate(() => JSON.stringify([localStorage, sessionStorage])), /wrong/);
  });

  it('refuses to ask a host beyond the network of the interface', async () => {
    await openPage();
    await page.keyboard.press('2');
    await page.getByTestId('interface').selectOption('127.0.0.1');
    await page.getByTestId('discover-host').fill('192.0.2.1');
    await page.getByTestId('discover').click();
    await page.getByText('nothing is sent beyond it').waitFor();
  });

  it('shows the mistakes of a site file with line and column while it is typed', async () => {
    await openPage();
    await page.keyboard.press('3');
    await page.getByTestId('load-site').click();
    await page.getByTestId('check-summary').getByText('✓ good').waitFor();
    const text = await page.getByTestId('site-text').inputValue();
    await page.getByTestId('site-text').fill(text.replace('device: ctl-main', 'device: ctl-mian'));
    const mistake = page.getByTestId('mistake').first();
    await mistake.waitFor();
    assert.match((await mistake.textContent()) ?? '', /site\.yaml:\d+:\d+.*there is no device "ctl-mian".*Fix: write "ctl-main"/);
    await mistake.click();
    const at = await page.getByTestId('site-text').evaluate((area) => {
      const { value, selectionStart } = area as HTMLTextAreaElement;
      return value.slice(selectionStart, selectionStart + 8);
    });
    assert.equal(at, 'ctl-mian');
    assert.deepEqual(await violations(page), []);
  });

  it('announces a critical incident out of a text field, moves nothing, and one key leads to it', async () => {
    await openPage();
    await page.keyboard.press('3');
    await page.getByTestId('site-text').fill('site: ');
    await page.getByTestId('mistake').first().waitFor();
    const shifted = await watchShifts(page);
    await lab.trigger('forced-door');
    await page.locator('[data-testid=site-alarm].critical').waitFor({ timeout: 30_000 });
    const by = await shifted();
    assert.ok(by < 0.001, `the layout shifted by ${by}`);
    assert.deepEqual(await violations(page), []);
    await page.keyboard.press('Escape');
    await page.getByTestId('focus').waitFor();
    assert.match((await page.getByTestId('focus-title').textContent()) ?? '', /forced/);
  });

  it('shows the journal with frames, by filter, and where everything went', async () => {
    await openPage();
    await page.keyboard.press('4');
    await page.getByTestId('accounting').waitFor();
    await page.getByTestId('filter-kind').selectOption('door.forced');
    const event = page.getByTestId('journal-event').first();
    await event.getByText('door.forced').waitFor();
    await event.click();
    assert.match((await event.getByTestId('raw').textContent()) ?? '', /^[0-9a-f]+$/);
    assert.deepEqual(await violations(page), []);
  });

  it('replays the last day to the rules on disk', async () => {
    await openPage();
    await page.keyboard.press('5');
    await page.getByTestId('replay').click();
    await page.getByTestId('replay-lines').waitFor({ timeout: 60_000 });
    assert.match((await page.getByTestId('replay-lines').textContent()) ?? '', /^\d+ events, \d+ rules: \d+ incidents then, \d+ now/);
    assert.deepEqual(await violations(page), []);
    await page.getByTestId('try-rules').click();
    await page.getByTestId('rule-file').selectOption('intrusion.yaml');
    await page.getByTestId('rule-text').fill('rules: [{ id: mine }]');
    await page.getByTestId('replay').click();
    await page
      .getByTestId('replayed')
      .getByText(/intrusion\.yaml:1:\d+/)
      .waitFor({ timeout: 60_000 });
    assert.deepEqual(await violations(page), []);
  });
});

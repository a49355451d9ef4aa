import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import type { FromConsole } from '../../src/desk/protocol.ts';
import { until } from '../support/until.ts';
import { openBrowser } from './browser.ts';
import { FakeGateway, PASSWORD } from './fake-gateway.ts';

const root = join(import.meta.dirname, '..', '..');

/** A dispatcher's seat for the tests of a file: the console in a browser, and a gateway without devices. */
export class Seat {
  readonly gateway: FakeGateway;
  readonly #browser: Awaited<ReturnType<typeof openBrowser>>;
  #page: Page | undefined;

  private constructor(gateway: FakeGateway, browser: Awaited<ReturnType<typeof openBrowser>>) {
    this.gateway = gateway;
    this.#browser = browser;
  }

  static async open(): Promise<Seat> {
    await promisify(execFile)(process.execPath, [join(root, 'scripts', 'build-console.mjs')]);
    return new Seat(await FakeGateway.start(join(root, 'dist', 'console')), await openBrowser());
  }

  async close(): Promise<void> {
    await this.#browser.close();
    await this.gateway.stop();
  }

  /** The console with nobody signed in, before a quiet desk, instead of the page before; with a clock that the test can move, if wanted. */
  async newPage({ clock = false } = {}): Promise<Page> {
    await this.#page?.close();
    this.gateway.reset();
    // The clock is the same for all pages of a context, to its end.
    const context = clock ? await this.#browser.newContext() : this.#browser.context;
    await context.clearCookies();
    this.#page = await context.newPage();
    if (clock) await this.#page.clock.install();
    await this.#page.goto(this.gateway.address);
    return this.#page;
  }

  /** By the keyboard alone. */
  async signIn(): Promise<void> {
    const page = this.#opened();
    await page.locator('[data-testid=sign-in-name]:focus').waitFor();
    await page.keyboard.type('dana');
    await page.keyboard.press('Tab');
    await page.keyboard.type(PASSWORD);
    await page.keyboard.press('Enter');
    await page.getByTestId('overview').waitFor();
  }

  seen = (testId: string): Promise<void> => this.#opened().getByTestId(testId).first().waitFor();
  painted = (testId: string): Promise<void> => this.#opened().locator(`[data-testid=${testId}][data-painted]`).waitFor();
  text = async (testId: string): Promise<string> => (await this.#opened().getByTestId(testId).textContent()) ?? '';

  /** The first message of a type that the console sent. */
  sent = <T extends FromConsole['type']>(type: T): Promise<Extract<FromConsole, { type: T }>> =>
    until(`the console to send "${type}"`, () =>
      this.gateway.received.find((message): message is Extract<FromConsole, { type: T }> => message.type === type),
    );

  #opened(): Page {
    if (this.#page === undefined) throw new Error('no page was opened');
    return this.#page;
  }
}

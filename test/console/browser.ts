import { AxeBuilder } from '@axe-core/playwright';
import { chromium } from 'playwright-core';
import type { BrowserContext, Page } from 'playwright-core';

const quiet = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The system's Chromium, for the tests of a file. */
export async function openBrowser(
  viewport = { width: 1366, height: 768 },
): Promise<{ readonly newContext: () => Promise<BrowserContext>; readonly context: BrowserContext; readonly close: () => Promise<void> }> {
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: quiet });
  const newContext = () => browser.newContext({ viewport });
  return { newContext, context: await newContext(), close: () => browser.close() };
}

/** Fills in the sign-in and sends it. */
export async function signIn(page: Page, name: string, password: string): Promise<void> {
  await page.getByTestId('sign-in-name').fill(name);
  await page.getByTestId('sign-in-password').fill(password);
  await page.getByTestId('sign-in-submit').click();
}

/** What a page does against the Web Content Accessibility Guidelines, each with where. */
export async function violations(page: Page): Promise<string[]> {
  const found = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']).analyze();
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
}

/** Watches a page from now on; the function says by how much what it shows has moved since. */
export async function watchShifts(page: Page): Promise<() => Promise<number>> {
  await page.evaluate(() => {
    const shifts = ((globalThis as { shifts?: number[] }).shifts = [] as number[]);
    new PerformanceObserver((list) => shifts.push(...list.getEntries().map((entry) => (entry as unknown as { value: number }).value))).observe({
      type: 'layout-shift',
      buffered: false,
    });
  });
  return () => page.evaluate(() => ((globalThis as { shifts?: number[] }).shifts ?? []).reduce((sum, value) => sum + value, 0));
}

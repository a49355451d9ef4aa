import { parseArgs } from 'node:util';
import { startLab } from '../../test/support/lab.ts';
import { RestClient } from '../../test/support/rest-client.ts';
import { durations, durationsHead, machine } from './figures.ts';
import { finish, force, LIMIT_MS, listen, LOOK_MS, openChromium, signIn, untilPast } from './lab-console.ts';
import { tappedLab } from './modbus-tap.ts';

// npm run bench:popup [-- --doors 100]
//
// Forces a door again and again, one at a time, and measures from the frame on the wire that tells of it (seen by a
// tap between the gateway and the controller) to the incident's message at a console, and to the first painted
// picture of the covering camera in headless Chromium. Everything runs on this machine, the simulated hardware too.

const { values } = parseArgs({ options: { doors: { type: 'string', default: '100' } } });

const { files, tap } = await tappedLab();
console.log(machine());
const lab = await startLab(files);
const { browser, close } = await openChromium();

try {
  const rest = await RestClient.signIn(lab.url);
  const page = await browser.newPage();
  await signIn(page, lab);
  await untilPast(rest, 60_000);
  const messages = await listen(lab, rest);

  const message: number[] = [];
  const picture: number[] = [];
  for (let round = 0; round < Number(values.doors); round += 1) {
    const { wire, at, id } = await force(lab, tap, messages);
    message.push(at - wire);
    const painted = await page.waitForFunction(
      (since) =>
        Number(document.querySelector<HTMLVideoElement>('[data-testid="tile-live"]')?.dataset['painted'] ?? 0) > since &&
        document.querySelector<HTMLVideoElement>('[data-testid="tile-live"]')?.dataset['painted'],
      wire,
      { timeout: LIMIT_MS },
    );
    picture.push(Number(await painted.jsonValue()) - wire);
    // A person looks for a while; by then the rule that infers the same from the contact has spoken too.
    await page.waitForTimeout(LOOK_MS);
    await finish(lab, rest, id);
    await page.locator(`[data-testid="focus"][data-incident="${id}"]`).waitFor({ state: 'detached' });
  }
  messages.close();

  console.log(`\n${durationsHead}`);
  console.log(durations('frame on the wire -> incident at the console', message));
  console.log(durations('frame on the wire -> first painted picture', picture));
} finally {
  await close();
  await lab.program.stop();
  await tap.close();
  files.remove();
}

import { parseArgs } from 'node:util';
import { freePorts } from '../../test/support/free-ports.ts';
import { labFiles, startLab } from '../../test/support/lab.ts';
import { RestClient } from '../../test/support/rest-client.ts';
import { until } from '../../test/support/until.ts';
import { durations, durationsHead, machine } from './figures.ts';
import { finish, LIMIT_MS, listen, LOOK_MS, openChromium, ringSeconds, signIn, within } from './lab-console.ts';
import { ModbusTap } from './modbus-tap.ts';

// npm run bench:popup [-- --doors 100]
//
// Forces a door again and again, one at a time, and measures from the frame on the wire that tells of it (seen by a
// tap between the gateway and the controller) to the incident's message at a console, and to the first painted
// picture of the covering camera in headless Chromium. Everything runs on this machine, the simulated hardware too.

const { values } = parseArgs({ options: { doors: { type: 'string', default: '100' } } });

const [tapPort = 0] = await freePorts(1);
let controllerPort = 0;
const files = await labFiles((site) => {
  const controller = (site['devices'] as { id: string; port: number }[]).find(({ id }) => id === 'ctl-main');
  if (controller === undefined) throw new Error('the lab has no ctl-main');
  controllerPort = controller.port;
  controller.port = tapPort;
});
const tap = await ModbusTap.open(tapPort, controllerPort);
console.log(machine());
const lab = await startLab(files);
const { browser, close } = await openChromium();

try {
  const rest = await RestClient.signIn(lab.url);
  const page = await browser.newPage();
  await signIn(page, lab);
  await until('a past of every camera', async () => (await ringSeconds(rest)).every((seconds) => seconds > 12), 60_000);
  const cookie = (await browser.cookies()).map(({ name, value }) => `${name}=${value}`).join('; ');
  const messages = await listen(lab, cookie);

  const message: number[] = [];
  const picture: number[] = [];
  for (let round = 0; round < Number(values.doors); round += 1) {
    const onTheWire = tap.nextForced();
    const atTheConsole = messages.nextIncident();
    await lab.simulator('ctl-main', 'stimuli', 'force', { door: 1 });
    const wire = await within('the frame on the wire', onTheWire);
    const { at, id } = await within('the incident at the console', atTheConsole);
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
    await lab.simulator('ctl-main', 'stimuli', 'close', { door: 1 });
    await finish(rest, id);
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

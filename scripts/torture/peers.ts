import { setInterval as every, setTimeout as pause } from 'node:timers/promises';
import controllers from '../../simulators/modbus-door/index.ts';
import type { ModbusDoorSimulator } from '../../simulators/modbus-door/index.ts';
import panels from '../../simulators/sia-panel/index.ts';
import { ZONES } from './site.ts';
import type { Grounds } from './site.ts';

// The hardware of the torture, in a process of its own that outlives every gateway. Parent and child talk by messages:
// grounds -> `started`, `finish` -> what the hardware knows of itself (`Account`), once everything has been acknowledged.

/** What the hardware knows: only what was acknowledged can be demanded of the gateway. */
export interface Account {
  /** Reports that each panel's receiver has acknowledged; they have the sequence numbers 1 to this one. */
  readonly panels: readonly { readonly account: string; readonly acknowledged: number; readonly sent: number }[];
  /** Badges that the gateway has acknowledged at each reader; they have the credentials 1 to this one. */
  readonly readers: readonly { readonly reader: string; readonly acknowledged: number }[];
  readonly doors: readonly { readonly door: string; readonly open: boolean }[];
  /** Whether something was left unacknowledged when the time to finish was over. */
  readonly unfinished: number;
}

const PANEL_SAYS_EVERY_MS = 1000;
const RETRY_SECONDS = 2;
const BADGE_EVERY_MS = 100;
const FORCE_EVERY_MS = 200;
const SHUT_AFTER_MS = 3000;
/** The controller's ring has 15 entries: nobody badges where it could run over. */
const MOST_UNREAD = 12;
const MOST_QUEUED = 20;
const FINISH_WITHIN_MS = 180_000;

let going = true;

process.once('message', (grounds: Grounds) => {
  void begin(grounds);
});

async function begin(grounds: Grounds): Promise<void> {
  const senders = grounds.panels.map(({ id, account }) => ({
    account,
    panel: panels.create(id, { port: grounds.receiverPort, account, zones: ZONES, pollSeconds: 0, retrySeconds: RETRY_SECONDS }),
  }));
  const boxes = grounds.controllers.map(({ id, port, doors }) => ({
    doors,
    box: controllers.create(id, { port, doors: doors.map(() => ({})), strikeMs: 500 }),
  }));
  for (const { box } of boxes) await box.start();
  for (const { panel } of senders) await panel.start();
  process.send?.('started');
  process.once('message', () => (going = false));

  await Promise.all([...senders.map(({ panel }, index) => report(panel, index)), badge(boxes), force(boxes)]);

  const unfinished = () =>
    senders.reduce((sum, { panel }) => sum + panel.waiting, 0) + readersOf(boxes).reduce((sum, { log }) => sum + (log.counter - log.acknowledged), 0);
  const deadline = performance.now() + FINISH_WITHIN_MS;
  while (unfinished() > 0 && performance.now() < deadline) await pause(100);
  const account: Account = {
    panels: senders.map(({ account: number, panel }) => ({ account: number, acknowledged: panel.acknowledged, sent: panel.sent })),
    readers: readersOf(boxes).map(({ reader, log }) => ({ reader, acknowledged: log.acknowledged })),
    doors: boxes.flatMap(({ doors, box }) => doors.map(({ door }, index) => ({ door, open: box.controller.doors[index]?.open === true }))),
    unfinished: unfinished(),
  };
  process.send?.(account);
  // The gateway reads the doors once more before it is stopped.
  process.once('disconnect', () => process.exit(0));
}

/** An alarm, then its restore, zone after zone; a panel numbers its reports itself. */
async function report(panel: ReturnType<typeof panels.create>, index: number): Promise<void> {
  await pause((PANEL_SAYS_EVERY_MS * index) / 50);
  let turn = 0;
  for await (const _ of every(PANEL_SAYS_EVERY_MS)) {
    if (!going) return;
    if (panel.waiting >= MOST_QUEUED) continue;
    const zone = (Math.floor(turn / 2) % ZONES) + 1;
    await panel.stimuli[turn % 2 === 0 ? 'alarm' : 'restore']?.({ zone });
    turn += 1;
  }
}

type Boxes = readonly { readonly doors: Grounds['controllers'][number]['doors']; readonly box: ModbusDoorSimulator }[];

function readersOf(boxes: Boxes) {
  return boxes.flatMap(({ doors, box }) =>
    doors.flatMap(({ reader }, index) => {
      const log = box.controller.readers[index];
      return log === undefined ? [] : [{ reader, log, box, door: index + 1 }];
    }),
  );
}

/** Each badge at a reader has the next number as its credential. */
async function badge(boxes: Boxes): Promise<void> {
  const readers = readersOf(boxes);
  for await (const _ of every(BADGE_EVERY_MS)) {
    if (!going) return;
    const chosen = readers[Math.floor(Math.random() * readers.length)];
    if (chosen === undefined || chosen.log.counter - chosen.log.acknowledged >= MOST_UNREAD) continue;
    chosen.box.controller.badge(chosen.door, chosen.log.counter + 1, true);
  }
}

async function force(boxes: Boxes): Promise<void> {
  const doors = boxes.flatMap(({ box }) => box.controller.doors);
  for await (const _ of every(FORCE_EVERY_MS)) {
    if (!going) return;
    const door = doors[Math.floor(Math.random() * doors.length)];
    if (door === undefined || door.open) continue;
    door.force();
    // What is open at the end stays open: the gateway has to know it.
    setTimeout(() => going && door.closeLeaf(), SHUT_AFTER_MS);
  }
}

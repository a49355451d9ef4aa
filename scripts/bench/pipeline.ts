import { parseArgs } from 'node:util';
import { machine } from './figures.ts';
import type { Work } from './pipeline/driven.ts';
import { measureInTurns } from './pipeline/in-turns.ts';
import { nanosecondsPerLook } from './pipeline/memory-looks.ts';
import { measurePeers } from './pipeline/peers.ts';
import { measureRecovery } from './pipeline/recovery.ts';
import { AREAS, benchRules, rulesPerEvent } from './pipeline/rules.ts';
import { siteOf } from './pipeline/site.ts';

// npm run bench:pipeline [-- --events 600000 --rules 10,100,1000 --doors 10,1000 --recovery 1000000 --no-peers --only memory]
//
// Events per second of one core through intake, correlation and the incident book. A person comes to a door with a badge (badge, unlocked, open, motion, shut,
// locked; pipeline/rules.ts says which rules look at them). First ten people a minute, however many doors: what doors cost. Then each door has a visit a minute, so
// that more doors are more events to remember as well. One visit in a thousand is a forced door; time is virtual, so that what is measured is the work for an
// event and not how fast somebody can walk.

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '600000' },
    recovery: { type: 'string', default: '1000000' },
    'no-peers': { type: 'boolean', default: false },
    only: { type: 'string' },
    rules: { type: 'string', default: '10,100,1000' },
    doors: { type: 'string', default: '10,100,1000,10000' },
  },
});
const EVENTS = Number(values.events);
const [RULES, DOORS] = [values.rules, values.doors].map((list) => list.split(',').map(Number)) as [number[], number[]];
const KINDS_OF_A_VISIT = ['access.granted', 'door.unlocked', 'door.open', 'door.open', 'door.unlocked', 'video.motion'] as const;

const asked = (part: string) => values.only === undefined || values.only === part;
const thousands = (value: number) => value.toLocaleString('en-US');

/** Measures those in turns; the growth of the cost is that to the first. */
async function show(title: string, works: readonly Work[]): Promise<void> {
  const measured = await measureInTurns(works, EVENTS);
  for (const { work, perSecond, incidents, growthMB } of measured) {
    const us = 1e6 / perSecond;
    const growth = 100 * (us / (1e6 / (measured[0]?.perSecond ?? perSecond)) - 1);
    const columns: [string, number][] = [
      [thousands(work.rules), 6],
      [thousands(work.doors), 7],
      [thousands(perSecond), 9],
      [us.toFixed(2), 8],
      [`${growth >= 0 ? '+' : ''}${growth.toFixed(0)} %`, 7],
      [thousands(incidents), 9],
      [growthMB.toFixed(1), 8],
    ];
    console.log(`${title.padEnd(44)} ${columns.map(([text, width]) => text.padStart(width)).join(' ')}`);
  }
}

console.log(machine());
console.log(`${EVENTS} events each; events per second of processor time (all threads of the process, garbage collection included)`);
for (const count of [100, 1000])
  console.log(
    `${count} rules: those shipped and others of ten kinds, bound to one of ${AREAS} areas each${count < 1000 ? '' : ', and a list of watched badges'}; an event is of a kind and place that ${rulesPerEvent(benchRules(count), KINDS_OF_A_VISIT).toFixed(1)} of them look at`,
  );
console.log(`\n${'what'.padEnd(44)}  rules   doors  events/s us/event  growth incidents heap +MB`);
if (asked('memory')) {
  for (const rules of RULES)
    await show(
      'in memory, ten visits a minute in all',
      DOORS.map((doors) => ({ doors, visitsPerMinute: 10, rules, durable: false })),
    );
  for (const rules of RULES)
    await show(
      'in memory, each door visited once a minute',
      DOORS.map((doors) => ({ doors, visitsPerMinute: doors, rules, durable: false })),
    );
  const looks = [1, 16, 256].map((megabytes) => `${megabytes} MB ${nanosecondsPerLook(megabytes).toFixed(0)} ns`);
  console.log(`(one look at a place in so much memory: ${looks.join(', ')})`);
}
if (asked('durable'))
  await show(
    'durable: journal and book on disk (SQLite)',
    [10, 1000].map((doors) => ({ doors, visitsPerMinute: doors, rules: 100, durable: true })),
  );
if (asked('recovery')) await measureRecovery(Number(values.recovery), siteOf(400), benchRules(100));
if (!values['no-peers'] && asked('peers')) await measurePeers();

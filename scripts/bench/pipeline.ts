import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { pino } from 'pino';
import { VirtualTimeScheduler } from 'rxjs';
import { correlate } from '../../src/correlation/engine.ts';
import type { Rule } from '../../src/correlation/rule-schema.ts';
import { siteFacts } from '../../src/correlation/site-facts.ts';
import type { Clock } from '../../src/domain/clock.ts';
import type { DeviceSignal, SecurityEvent } from '../../src/domain/event.ts';
import type { Site } from '../../src/domain/site.ts';
import { apply, bookFrom } from '../../src/incidents/book.ts';
import { Intake } from '../../src/intake/intake.ts';
import { Journal } from '../../src/intake/journal.ts';
import type { Unjournalled } from '../../src/intake/journal.ts';
import { locator } from '../../src/intake/locate.ts';
import { BookWriter } from '../../src/store/book-writer.ts';
import { openStore } from '../../src/store/database.ts';
import { IncidentStore } from '../../src/store/incident-store.ts';
import { machine } from './figures.ts';
import { nanosecondsPerLook } from './memory-looks.ts';
import { measurePeers } from './pipeline-peers.ts';
import { measureRecovery } from './pipeline-recovery.ts';
import { AREAS, benchRules, rulesPerEvent } from './pipeline-rules.ts';

// npm run bench:pipeline [-- --events 600000 --rules 10,100,1000 --doors 10,1000 --recovery 1000000 --no-peers --only memory]
//
// Events per second of one core through intake, correlation and the incident book. A person comes to a door with a badge (badge, unlocked, open, motion, shut,
// locked; pipeline-rules.ts says which rules look at them), to each door once a minute: more doors are also more to remember. To tell the two apart, it is measured
// again with ten visits a minute, however many doors. One visit in a thousand is a forced door; time is virtual, so that what is measured is the work for an event
// and not how fast somebody can walk.

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
const TURN = 600;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
// People come by day, so that an event means the same whether the run is ten minutes of ten thousand doors or a week of ten.
const [OPENS_MS, CLOSES_MS] = [8 * HOUR_MS, 18 * HOUR_MS];
const STARTS_AT = Date.UTC(2026, 0, 15) + OPENS_MS;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;
const log = pino({ level: 'warn' });

class BenchClock implements Clock {
  readonly scheduler = new VirtualTimeScheduler();
  now = () => this.scheduler.frame;
  monotonicMs = () => this.scheduler.frame;
  after = () => () => undefined;

  constructor() {
    this.scheduler.frame = STARTS_AT;
  }

  advance(ms: number): void {
    const end = this.scheduler.frame + ms;
    this.scheduler.maxFrames = end;
    this.scheduler.flush();
    this.scheduler.frame = end;
  }
}

/** A journal that keeps nothing. */
class NoJournal {
  #seq = 0;
  append = (batch: readonly Unjournalled[]): readonly number[] => batch.map(() => (this.#seq += 1));
  latestOfEach = (): SecurityEvent[] => [];
  repeatKeysSince = () => [];
}

const areaOf = (door: number) => `area-${door % AREAS}`;

function siteOf(doors: number): Site {
  const each = <T>(make: (index: number) => T): T[] => Array.from({ length: doors }, (_, index) => make(index));
  return {
    id: 'bench',
    name: 'Bench',
    areas: Array.from({ length: AREAS }, (_, index) => ({ id: `area-${index}`, name: `Area ${index}` })),
    schedules: [
      { id: 'office-hours', name: 'Office hours', weekly: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], from: '07:00', to: '19:00' }] },
      { id: 'night', name: 'Night', weekly: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun', 'holiday'], from: '22:00', to: '05:00' }] },
    ],
    devices: [{ id: 'controller', name: 'Controller', adapter: 'bench', options: {} }],
    doors: each((index) => ({
      id: `door-${index}`,
      type: 'door',
      name: `Door ${index}`,
      area: areaOf(index),
      device: 'controller',
      heldAfterSeconds: 20,
      commands: [],
      at: {},
    })),
    readers: each((index) => ({
      id: `reader-${index}`,
      type: 'reader',
      name: `Reader ${index}`,
      door: `door-${index}`,
      device: 'controller',
      at: {},
    })),
    cameras: each((index) => ({
      id: `cam-${index}`,
      type: 'camera',
      name: `Camera ${index}`,
      area: areaOf(index),
      device: 'controller',
      covers: [`door-${index}`],
      at: {},
    })),
    panels: [],
    zones: [],
  };
}

/** What adapters tell of a person who comes in, in the words of the site file. */
class Visits {
  readonly #doors;
  readonly #badges = Array.from({ length: 20_011 }, (_, index) => ({ credential: `badge-${index}` }));

  constructor({ doors, readers, cameras }: Site) {
    this.#doors = doors.map(({ id }, index) => ({ door: id, reader: readers[index]?.id ?? '', camera: cameras[index]?.id ?? '' }));
  }

  of(person: number, forced: boolean): readonly DeviceSignal[] {
    const at = this.#doors[person % this.#doors.length];
    const details = this.#badges[(person * 7919) % this.#badges.length];
    if (at === undefined || details === undefined) throw new Error(`no visit ${person}`);
    const { door, reader, camera } = at;
    return [
      { kind: 'access.granted', point: reader, phase: 'momentary', details },
      { kind: 'door.unlocked', point: door, phase: 'raised' },
      { kind: 'door.open', point: door, phase: 'raised' },
      forced ? { kind: 'door.forced', point: door, phase: 'raised' } : { kind: 'video.motion', point: camera, phase: 'raised' },
      { kind: 'door.open', point: door, phase: 'restored' },
      { kind: 'door.unlocked', point: door, phase: 'restored' },
    ];
  }
}

interface Measured {
  readonly perSecond: number;
  readonly incidents: number;
  readonly growthMB: number;
}

interface Drive {
  readonly doors: number;
  /** Of all doors together. */
  readonly visitsPerMinute: number;
  readonly rules: readonly Rule[];
  readonly durable: boolean;
}

/** Drives a pipeline with `events` signals and measures the processor time of this process, garbage collection included. */
async function drive({ doors, visitsPerMinute, rules, durable }: Drive, events: number): Promise<Measured> {
  const site = siteOf(doors);
  const clock = new BenchClock();
  const folder = durable ? mkdtempSync(join(tmpdir(), 'sallyport-bench-')) : undefined;
  const store = folder === undefined ? undefined : openStore(join(folder, 'bench.db'));
  const writer = store && new BookWriter(new IncidentStore(store), 0, log);
  let book = bookFrom([]);
  const intake = new Intake({ journal: store === undefined ? new NoJournal() : new Journal(store), locate: locator(site), clock, log });
  const running = correlate(intake.events, rules, {
    site: siteFacts(site),
    scheduler: clock.scheduler,
    failed: (rule, error) => log.error({ err: error, rule }),
  }).subscribe((found) => {
    if (found.type === 'effect') return;
    if (writer === undefined) book = apply(book, { type: 'finding', finding: found }).book;
    else writer.apply({ type: 'finding', finding: found });
  });
  intake.batches.subscribe((position) => writer?.reached(position));

  const visits = new Visits(site);
  let [sent, people] = [0, 0];
  const send = async (count: number) => {
    for (const end = sent + count; sent < end;) {
      let committed = Promise.resolve();
      for (let batch = 0; batch < Math.min(TURN, doors * 6); batch += 6) {
        people += 1;
        // What is told in one turn is committed together.
        for (const signal of visits.of(people, people % 1000 === 0)) committed = intake.report('controller', signal);
        sent += 6;
        clock.advance(MINUTE_MS / visitsPerMinute);
        if (clock.now() % DAY_MS >= CLOSES_MS) clock.advance(OPENS_MS + DAY_MS - (clock.now() % DAY_MS));
      }
      await committed;
      await turn();
    }
  };
  // Every door is visited before the measurement, so that each has its place in every map.
  await send(Math.max(doors * 6, 60_000));
  collectGarbage();
  const heapBefore = process.memoryUsage().heapUsed;
  const before = process.cpuUsage();
  await send(events);
  const { user, system } = process.cpuUsage(before);
  collectGarbage();
  const growthMB = (process.memoryUsage().heapUsed - heapBefore) / 2 ** 20;
  const incidents = writer?.incidents.size ?? book.incidents.size;
  running.unsubscribe();
  store?.close();
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  return { perSecond: Math.round(events / ((user + system) / 1e6)), incidents, growthMB };
}

const thousands = (value: number) => value.toLocaleString('en-US');

async function show(title: string, what: Drive): Promise<void> {
  const { doors, rules } = what;
  const { perSecond, incidents, growthMB } = await drive(what, EVENTS);
  console.log(
    `${title.padEnd(46)} ${thousands(rules.length).padStart(6)} ${thousands(doors).padStart(7)} ${thousands(perSecond).padStart(9)} ${thousands(incidents).padStart(9)} ${growthMB.toFixed(1).padStart(8)}`,
  );
}

console.log(machine());
console.log(`${EVENTS} events each; events per second of processor time (all threads of the process, garbage collection included)`);
const KINDS_OF_A_VISIT = ['access.granted', 'door.unlocked', 'door.open', 'door.open', 'door.unlocked', 'video.motion'] as const;
for (const count of [100, 1000])
  console.log(
    `${count} rules: those shipped and others of ten kinds, bound to one of ${AREAS} areas each${count < 1000 ? '' : ', and a list of watched badges'}; an event is of a kind and place that ${rulesPerEvent(benchRules(count), KINDS_OF_A_VISIT).toFixed(1)} of them look at`,
  );
console.log(
  `\n${'what'.padEnd(46)} ${'rules'.padStart(6)} ${'doors'.padStart(7)} ${'events/s'.padStart(9)} ${'incidents'.padStart(9)} ${'heap +MB'.padStart(8)}`,
);
if (values.only === undefined || values.only === 'memory') {
  for (const rules of RULES)
    for (const doors of DOORS)
      await show('in memory, each door visited once a minute', { doors, visitsPerMinute: doors, rules: benchRules(rules), durable: false });
  for (const doors of DOORS)
    await show('in memory, ten visits a minute in all', { doors, visitsPerMinute: 10, rules: benchRules(Math.max(...RULES)), durable: false });
  const looks = [1, 16, 256].map((megabytes) => `${megabytes} MB ${nanosecondsPerLook(megabytes).toFixed(0)} ns`);
  console.log(`(one look at a place in so much memory: ${looks.join(', ')})`);
}
if (values.only === undefined || values.only === 'durable') {
  for (const doors of [10, 1000])
    await show('durable: journal and book on disk (SQLite)', { doors, visitsPerMinute: doors, rules: benchRules(100), durable: true });
}
if (values.only === undefined || values.only === 'recovery') await measureRecovery(Number(values.recovery), siteOf(400), benchRules(100));
if (!values['no-peers'] && (values.only === undefined || values.only === 'peers')) await measurePeers();

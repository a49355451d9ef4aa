import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { pino } from 'pino';
import { VirtualTimeScheduler } from 'rxjs';
import { correlate } from '../../../src/correlation/engine.ts';
import { siteFacts } from '../../../src/correlation/site-facts.ts';
import type { Clock } from '../../../src/domain/clock.ts';
import type { SecurityEvent } from '../../../src/domain/event.ts';
import { apply, bookFrom } from '../../../src/incidents/book.ts';
import { Intake } from '../../../src/intake/intake.ts';
import { Journal } from '../../../src/intake/journal.ts';
import type { Unjournalled } from '../../../src/intake/journal.ts';
import { locator } from '../../../src/intake/locate.ts';
import { BookWriter } from '../../../src/store/book-writer.ts';
import { openStore } from '../../../src/store/database.ts';
import { IncidentStore } from '../../../src/store/incident-store.ts';
import { benchRules } from './rules.ts';
import { siteOf, Visits } from './site.ts';

const EVENTS_OF_A_VISIT = 6;
/** What is told in one turn is committed together: ten visits, however many doors. */
const TURN = 10 * EVENTS_OF_A_VISIT;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
// People come by day, so that an event means the same whether the run is ten minutes of ten thousand doors or a week of ten.
const [OPENS_MS, CLOSES_MS] = [8 * HOUR_MS, 18 * HOUR_MS];
const STARTS_AT = Date.UTC(2026, 0, 15) + OPENS_MS;

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

export interface Work {
  readonly doors: number;
  /** Of all doors together. */
  readonly visitsPerMinute: number;
  readonly rules: number;
  /** Journal and book on disk. */
  readonly durable: boolean;
}

/** Intake, correlation and the incident book in virtual time, and people who come to the doors. */
export class Driven {
  readonly #work: Work;
  readonly #clock = new BenchClock();
  readonly #visits: Visits;
  readonly #intake: Intake;
  readonly #folder: string | undefined;
  readonly #writer: BookWriter | undefined;
  readonly #close: () => void;
  #book = bookFrom([]);
  #people = 0;

  constructor(work: Work) {
    this.#work = work;
    const site = siteOf(work.doors);
    this.#visits = new Visits(site);
    this.#folder = work.durable ? mkdtempSync(join(tmpdir(), 'sallyport-bench-')) : undefined;
    const store = this.#folder === undefined ? undefined : openStore(join(this.#folder, 'bench.db'));
    this.#writer = store && new BookWriter(new IncidentStore(store), 0, log);
    const journal = store === undefined ? new NoJournal() : new Journal(store);
    this.#intake = new Intake({ journal, locate: locator(site), clock: this.#clock, log });
    const running = correlate(this.#intake.events, benchRules(work.rules), {
      site: siteFacts(site),
      scheduler: this.#clock.scheduler,
      failed: (rule, error) => log.error({ err: error, rule }),
    }).subscribe((found) => {
      if (found.type === 'effect') return;
      if (this.#writer === undefined) this.#book = apply(this.#book, { type: 'finding', finding: found }).book;
      else this.#writer.apply({ type: 'finding', finding: found });
    });
    this.#intake.batches.subscribe((position) => this.#writer?.reached(position));
    this.#close = () => {
      running.unsubscribe();
      store?.close();
    };
  }

  get incidents(): number {
    return this.#writer?.incidents.size ?? this.#book.incidents.size;
  }

  /** Every door is visited, so that each has its place in every map, and the code is compiled. */
  async warmUp(): Promise<void> {
    await this.send(Math.max(this.#work.doors * EVENTS_OF_A_VISIT, 180_000));
  }

  async send(events: number): Promise<void> {
    const { visitsPerMinute } = this.#work;
    for (let sent = 0; sent < events;) {
      let committed = Promise.resolve();
      for (let batch = 0; batch < TURN; batch += EVENTS_OF_A_VISIT) {
        this.#people += 1;
        for (const signal of this.#visits.of(this.#people, this.#people % 1000 === 0)) committed = this.#intake.report('controller', signal);
        sent += EVENTS_OF_A_VISIT;
        this.#clock.advance(MINUTE_MS / visitsPerMinute);
        const time = this.#clock.now() % DAY_MS;
        if (time >= CLOSES_MS) this.#clock.advance(OPENS_MS + DAY_MS - time);
      }
      await committed;
      await turn();
    }
  }

  close(): void {
    this.#close();
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true });
  }
}

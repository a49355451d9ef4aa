import type { Logger } from 'pino';
import { asyncScheduler, filter, Subject } from 'rxjs';
import type { Observable } from 'rxjs';
import { Accounting } from './correlation/accounting.ts';
import { correlate } from './correlation/engine.ts';
import { lookBackMs } from './correlation/look-back.ts';
import type { Rule } from './correlation/rule-schema.ts';
import { siteFacts } from './correlation/site-facts.ts';
import type { Clock, EpochMs } from './domain/clock.ts';
import type { Effect } from './domain/effect.ts';
import type { LocatedEvent } from './domain/event.ts';
import type { Site } from './domain/site.ts';
import { CLOSED_KEPT_MS } from './incidents/book.ts';
import { Intake } from './intake/intake.ts';
import { Journal } from './intake/journal.ts';
import { locator } from './intake/locate.ts';
import { PassedOn } from './intake/shown-unjournalled.ts';
import { BookWriter } from './store/book-writer.ts';
import type { Store } from './store/database.ts';
import { IncidentStore } from './store/incident-store.ts';

export interface AlarmPathOptions {
  readonly store: Store;
  readonly site: Site;
  readonly rules: readonly Rule[];
  readonly clock: Clock;
  readonly log: Logger;
  /** A sentence is added when a part has stopped for good. */
  readonly problems: Set<string>;
}

/** The way of a signal that must never stop: device, journal, rules, incident book. */
export interface AlarmPath {
  readonly journal: Journal;
  readonly intake: Intake;
  readonly incidents: IncidentStore;
  readonly book: BookWriter;
  readonly accounting: Accounting;
  /** What rules want done besides incidents. */
  readonly effects: Observable<Effect>;
  close(): void;
}

/** Between the time at which a signal is stamped and that at which rules judge it, other things fall due. */
const UNTOLD_MS = 1000;

/** Opens the path; what the rules remembered and what the book had open is rebuilt from the store first. */
export function openAlarmPath({ store, site, rules, clock, log, problems }: AlarmPathOptions): AlarmPath {
  const journal = new Journal(store);
  const incidents = new IncidentStore(store);
  const locate = locator(site);
  const intake = new Intake({ journal, locate, clock, log });
  const book = new BookWriter(incidents, clock.now() - CLOSED_KEPT_MS, log, site);
  const events = new Subject<LocatedEvent>();
  const effects = new Subject<Effect>();
  const accounting = new Accounting();
  const lookBack = lookBackMs(rules, site);
  const knownBefore = foundAgainSince();
  const correlating = correlate(events, rules, {
    knownBefore,
    scheduler: asyncScheduler,
    site: siteFacts(site),
    accounting,
    failed: (rule, error) => log.error({ err: error, rule }, 'a rule failed on an event; it and all others go on'),
  }).subscribe({
    next: (found) => {
      if (found.type === 'effect') effects.next(found);
      else book.apply({ type: 'finding', finding: found });
    },
    error: (error: unknown) => {
      problems.add('correlation has stopped: restart the gateway');
      log.fatal({ err: error }, 'correlation has stopped: restart the gateway');
    },
  });
  rebuild();
  book.flush();
  const passedOn = new PassedOn();
  intake.events.pipe(filter((event) => passedOn.isNew(event))).subscribe(events);
  intake.batches.subscribe((position) => book.reached(position));
  return { journal, intake, incidents, book, accounting, effects, close };

  function close(): void {
    intake.close();
    correlating.unsubscribe();
  }

  /** Everything since then is found again: what the book may not account for, and for a while more, since what it has already applied changes nothing. */
  function foundAgainSince(): EpochMs {
    if (book.position === 0) return 0;
    const [accountedFor] = journal.read({ after: book.position - 1, limit: 1 });
    return Math.min((accountedFor?.receivedAt ?? Infinity) - UNTOLD_MS, clock.now() - lookBack);
  }

  /** Rebuilds what the rules remember, so that no window is lost in a restart. */
  function rebuild(): void {
    let after = Math.min(book.position, journal.positionBefore(knownBefore - lookBack));
    for (const event of journal.latestOfEach(after)) events.next({ ...event, initial: true, ...locate(event.point) });
    for (;;) {
      const page = journal.read({ after, limit: 1000 });
      for (const event of page) events.next({ ...event, ...locate(event.point) });
      const last = page.at(-1);
      if (last === undefined) break;
      after = last.seq;
    }
    book.reached(after);
    accounting.readAgain(after);
  }
}

import { Subject, VirtualTimeScheduler } from 'rxjs';
import type { Subscription } from 'rxjs';
import { correlate } from '../correlation/engine.ts';
import { lookBackMs } from '../correlation/look-back.ts';
import type { Rule } from '../correlation/rule-schema.ts';
import { siteFacts } from '../correlation/site-facts.ts';
import type { EpochMs } from '../domain/clock.ts';
import type { Effect } from '../domain/effect.ts';
import type { LocatedEvent, SecurityEvent } from '../domain/event.ts';
import type { Incident } from '../domain/incident.ts';
import type { Measure } from '../domain/measure.ts';
import type { PointId } from '../domain/point.ts';
import type { Site } from '../domain/site.ts';
import { levelsInForce } from '../domain/threat.ts';
import type { BookInput } from '../incidents/actions.ts';
import { apply, bookFrom, incidentsOf } from '../incidents/book.ts';
import type { Book, Outcome } from '../incidents/book.ts';
import { locator } from '../intake/locate.ts';
import { stateName } from '../intake/point-states.ts';

/** What the book knew at a time. */
export interface KnownBefore {
  readonly at: EpochMs;
  readonly incidents: readonly Incident[];
  /** Those that were in force. */
  readonly measures: readonly Measure[];
}

/**
 * Correlation and the incident book of a gateway in virtual time: events arrive when they are said to arrive, and a month passes in
 * seconds. The same events give the same incidents, to the letter.
 */
export class VirtualGateway {
  readonly #rules: readonly Rule[];
  readonly #facts;
  readonly #locate;
  readonly #site: Site;
  /** The threat level of each scope that has one. */
  readonly #threats = new Map<PointId, string>();
  readonly #scheduler = new VirtualTimeScheduler();
  readonly #taken: SecurityEvent[] = [];
  readonly #effects: Effect[] = [];
  #events = new Subject<LocatedEvent>();
  #running: Subscription;
  #book: Book;

  constructor(
    site: Site,
    rules: readonly Rule[],
    startsAt: EpochMs,
    { at, incidents, measures }: KnownBefore = { at: startsAt, incidents: [], measures: [] },
  ) {
    const lastMeasure = Math.max(0, ...measures.map(({ id }) => Number(id.slice(1))));
    this.#book = bookFrom(incidents, { site, measures, lastMeasure });
    this.#site = site;
    this.#rules = rules;
    this.#facts = siteFacts(site);
    this.#locate = locator(site);
    this.#scheduler.frame = startsAt;
    this.#running = this.#start(at);
  }

  get now(): EpochMs {
    return this.#scheduler.frame;
  }

  get incidents(): readonly Incident[] {
    return incidentsOf(this.#book);
  }

  /** What rules did besides; what they did again after a restart is there once. */
  get effects(): readonly Effect[] {
    return [...new Map(this.#effects.map((effect) => [effect.id, effect])).values()];
  }

  /** Lets time pass; whatever falls due on the way is done in its order. */
  advanceTo(at: EpochMs): void {
    this.#scheduler.maxFrames = at;
    this.#scheduler.flush();
    this.#scheduler.frame = Math.max(at, this.#scheduler.frame);
  }

  /** An event arrives now. */
  take(event: SecurityEvent): void {
    this.#taken.push(event);
    this.#feed(event);
    if (event.kind === 'threat.level') this.#setThreat(event);
  }

  apply(input: BookInput): Outcome {
    const outcome = apply(this.#book, input);
    this.#book = outcome.book;
    return outcome;
  }

  /** Forgets what the rules remember and reads the journal again, as a gateway does that was stopped and started. */
  restart(): void {
    this.#running.unsubscribe();
    const lookBack = lookBackMs(this.#rules, this.#site);
    this.#running = this.#start(this.now - lookBack);
    const since = this.now - 2 * lookBack;
    const latest = new Map<string, SecurityEvent>();
    for (const event of this.#taken) if (event.receivedAt < since) latest.set(stateName(event), event);
    for (const event of [...latest.values()].sort((a, b) => a.seq - b.seq)) this.#feed({ ...event, initial: true });
    for (const event of this.#taken) if (event.receivedAt >= since) this.#feed(event);
  }

  close(): void {
    this.#running.unsubscribe();
  }

  /** As the desk does when somebody sets or lifts one. */
  #setThreat({ point, phase, details }: SecurityEvent): void {
    if (phase === 'raised') this.#threats.set(point, String(details['level']));
    else this.#threats.delete(point);
    const inForce = [...this.#threats].map(([scope, level]) => ({ scope, level }));
    this.apply({ type: 'threats', inForce: levelsInForce(this.#site, inForce), at: this.now });
  }

  #start(knownBefore: EpochMs): Subscription {
    this.#events = new Subject();
    return correlate(this.#events, this.#rules, { site: this.#facts, scheduler: this.#scheduler, knownBefore }).subscribe((found) => {
      if (found.type === 'effect') this.#effects.push(found);
      else this.apply({ type: 'finding', finding: found });
    });
  }

  #feed(event: SecurityEvent): void {
    this.#events.next({ ...event, ...this.#locate(event.point) });
  }
}

/** Where the incident is, for a person: its door, or its point. */
export function placeOf({ door, point }: Incident): PointId {
  return door ?? point;
}

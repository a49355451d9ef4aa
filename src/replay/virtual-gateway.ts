import { Subject, VirtualTimeScheduler } from 'rxjs';
import type { Subscription } from 'rxjs';
import { correlate } from '../correlation/engine.ts';
import { memoryMs } from '../correlation/rule-schema.ts';
import type { Rule } from '../correlation/rule-schema.ts';
import { siteFacts } from '../correlation/site-facts.ts';
import type { EpochMs } from '../domain/clock.ts';
import type { Effect } from '../domain/effect.ts';
import type { LocatedEvent, SecurityEvent } from '../domain/event.ts';
import type { Incident } from '../domain/incident.ts';
import type { PointId } from '../domain/point.ts';
import type { Site } from '../domain/site.ts';
import type { BookInput } from '../incidents/actions.ts';
import { apply, bookFrom, incidentsOf } from '../incidents/book.ts';
import type { Book } from '../incidents/book.ts';
import { locator } from '../intake/locate.ts';
import { stateName } from './state-name.ts';

/** As main.ts reads again on a start, beyond the longest span of any rule. */
const REPLAY_MS = 15 * 60 * 1000;

/**
 * Correlation and the incident book of a gateway in virtual time: events arrive when they are said to arrive, and a month passes in
 * seconds. The same events give the same incidents, to the letter.
 */
export class VirtualGateway {
  readonly #rules: readonly Rule[];
  readonly #facts;
  readonly #locate;
  readonly #heldAfterMs: number;
  readonly #scheduler = new VirtualTimeScheduler();
  readonly #taken: SecurityEvent[] = [];
  readonly #effects: Effect[] = [];
  #events = new Subject<LocatedEvent>();
  #running: Subscription;
  #book: Book = bookFrom([]);

  constructor(site: Site, rules: readonly Rule[], startsAt: EpochMs) {
    this.#rules = rules;
    this.#facts = siteFacts(site);
    this.#locate = locator(site);
    this.#heldAfterMs = Math.max(0, ...site.doors.map(({ heldAfterSeconds }) => heldAfterSeconds * 1000));
    this.#scheduler.frame = startsAt;
    this.#running = this.#start();
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
  }

  apply(input: BookInput): void {
    this.#book = apply(this.#book, input).book;
  }

  /** Forgets what the rules remember and reads the journal again, as a gateway does that was stopped and started. */
  restart(): void {
    this.#running.unsubscribe();
    this.#running = this.#start();
    const since = this.now - memoryMs(this.#rules, this.#heldAfterMs) - REPLAY_MS;
    const latest = new Map<string, SecurityEvent>();
    for (const event of this.#taken) if (event.receivedAt < since) latest.set(stateName(event), event);
    for (const event of [...latest.values()].sort((a, b) => a.seq - b.seq)) this.#feed({ ...event, initial: true });
    for (const event of this.#taken) if (event.receivedAt >= since) this.#feed(event);
  }

  close(): void {
    this.#running.unsubscribe();
  }

  #start(): Subscription {
    this.#events = new Subject();
    return correlate(this.#events, this.#rules, { site: this.#facts, scheduler: this.#scheduler }).subscribe((found) => {
      if (found.type === 'effect') this.#effects.push(found);
      else this.apply({ type: 'finding', finding: found });
    });
  }

  #feed(event: SecurityEvent): void {
    this.#events.next({ ...event, place: this.#locate(event.point) });
  }
}

/** Where the incident is, for a person: its door, or its point. */
export function placeOf({ door, point }: Incident): PointId {
  return door ?? point;
}

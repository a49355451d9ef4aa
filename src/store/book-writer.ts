import type { Logger } from 'pino';
import { BehaviorSubject, Subject } from 'rxjs';
import type { Observable } from 'rxjs';
import type { DesignedSuppression } from '../domain/alarm-policy.ts';
import type { EpochMs } from '../domain/clock.ts';
import type { Incident, LogEntry } from '../domain/incident.ts';
import type { Measure } from '../domain/measure.ts';
import type { BookInput, Refusal } from '../incidents/actions.ts';
import { apply, bookFrom } from '../incidents/book.ts';
import type { Book, BookSettings } from '../incidents/book.ts';
import type { IncidentStore } from './incident-store.ts';

/** An incident's next revision and the log lines that led to it. */
export interface IncidentChange {
  readonly incident: Incident;
  readonly isNew: boolean;
  readonly lines: readonly LogEntry[];
}

/** What the queue leaves out or groups, and why. */
export interface AlarmState {
  readonly measures: readonly Measure[];
  readonly suppressed: readonly DesignedSuppression[];
  readonly flood?: { readonly since: EpochMs };
}

function alarmState({ measures, policy, flood }: Book): AlarmState {
  return { measures: [...measures.values()], suppressed: policy.suppressed, ...(flood.since !== undefined && { flood: { since: flood.since } }) };
}

function sameAlarms(one: AlarmState, other: AlarmState): boolean {
  return (
    one.flood?.since === other.flood?.since &&
    one.measures.length === other.measures.length &&
    one.measures.every((each, index) => each === other.measures[index])
  );
}

/** So many incidents with urgent news are stored and told in one turn of the event loop; in a flood the others wait for the next turns. */
const MOST_URGENT = 32;
/** The same of those that got evidence and nothing else: what gets more of it while it waits is written once. */
const MOST_OTHERS = 8;

/**
 * The one writer of the incident book: applies findings and actions, stores what changed, and only then tells of it.
 * What one turn of the pipeline changes is stored in one transaction; in a flood the most urgent news comes first.
 */
export class BookWriter {
  readonly #store: IncidentStore;
  readonly #log: Logger;
  readonly #changes = new Subject<readonly IncidentChange[]>();
  readonly #alarms: BehaviorSubject<AlarmState>;
  #book: Book;
  /** What consoles know; differs from the book by what has not been stored yet. */
  #told: Book['incidents'];
  readonly #unstored = new Set<string>();
  #unstoredMeasures: readonly Measure[] = [];
  #position: number;
  /** The position up to which everything is stored: behind `#position` while incidents wait for their turn. */
  #storedPosition: number;
  #flushing = false;
  #storeFails = false;

  constructor(store: IncidentStore, closedSince: number, log: Logger, site?: BookSettings['site']) {
    this.#store = store;
    this.#log = log;
    const measures = { measures: store.measures(), lastMeasure: store.lastMeasure() };
    this.#book = bookFrom(store.recent(closedSince), { lastId: store.lastId(), ...measures, ...(site && { site }) });
    this.#alarms = new BehaviorSubject(alarmState(this.#book));
    this.#told = this.#book.incidents;
    this.#position = store.position();
    this.#storedPosition = this.#position;
  }

  get incidents(): ReadonlyMap<string, Incident> {
    return this.#book.incidents;
  }

  /** Whether what was recorded of an incident must be kept: it is open, or an open one took its evidence from it. */
  holds(id: string): boolean {
    const open = [...this.#book.incidents.values()].filter(({ state }) => state !== 'closed');
    return open.some((each) => each.id === id || each.links?.some(({ incident }) => incident === id));
  }

  /** The journal's position up to which the book accounts for every event. */
  get position(): number {
    return this.#position;
  }

  /** What is shelved, out of service and on test, and whether there is a flood: now, and at each change. */
  get alarms(): Observable<AlarmState> {
    return this.#alarms;
  }

  get alarmState(): AlarmState {
    return this.#alarms.value;
  }

  get changes(): Observable<readonly IncidentChange[]> {
    return this.#changes;
  }

  /** True while changes cannot be stored: they are shown all the same, because an alarm that nobody sees is worse than one that a crash would forget. */
  get storeFails(): boolean {
    return this.#storeFails;
  }

  /** The incidents whose latest revision could not be stored. */
  get notStored(): readonly string[] {
    return this.#storeFails ? [...this.#unstored] : [];
  }

  /** Applies an input. What it changed is stored and told before the next turn of the event loop, in a flood within a few turns. */
  apply(input: BookInput): Refusal | undefined {
    return this.take(input).refused;
  }

  /** As `apply`, with the measures that began or ended by it. */
  take(input: BookInput): { readonly refused?: Refusal; readonly measures: readonly Measure[] } {
    const before = this.#book;
    const { book, changed, measures = [], refused } = apply(before, input);
    this.#book = book;
    for (const { id } of changed) this.#unstored.add(id);
    this.#unstoredMeasures = [...this.#unstoredMeasures, ...measures];
    const alarmsChanged = measures.length > 0 || before.flood.since !== book.flood.since;
    if ((changed.length > 0 || alarmsChanged) && !this.#flushing) {
      this.#flushing = true;
      queueMicrotask(() => this.#flushSome());
    }
    return { ...(refused && { refused }), measures };
  }

  /** Tells how far in the journal the findings have come; stored with the next change. */
  reached(position: number): void {
    this.#position = Math.max(this.#position, position);
  }

  /** Stores and tells everything that has changed so far. */
  flush(): void {
    this.#write(this.#pending(), true);
  }

  #flushSome(): void {
    this.#flushing = false;
    const pending = this.#pending();
    // What cannot be stored is told at least, and tried again as a whole.
    if (pending.length <= MOST_OTHERS || this.#storeFails) return this.flush();
    const next = this.#mostUrgent(pending);
    if (next.length === pending.length) return this.flush();
    this.#write(next, false);
    this.#flushing = true;
    setImmediate(() => this.#flushSome());
  }

  /** Those that have waited longest first. */
  #pending(): readonly Incident[] {
    return [...this.#unstored].flatMap((id) => this.#book.incidents.get(id) ?? []);
  }

  /** What a dispatcher must see at once by its priority, then some of the rest. */
  #mostUrgent(pending: readonly Incident[]): readonly Incident[] {
    const urgent = pending.filter((incident) => this.#isUrgent(incident)).sort((a, b) => a.priority - b.priority);
    const others = pending.filter((incident) => !this.#isUrgent(incident));
    return [...urgent.slice(0, MOST_URGENT), ...others.slice(0, MOST_OTHERS)];
  }

  /** Whether it is new, of another urgency or in another state: more than evidence has come. */
  #isUrgent({ id, state, priority, owner }: Incident): boolean {
    const before = this.#told.get(id);
    return before?.state !== state || before.priority !== priority || before.owner !== owner;
  }

  /** `all`: nothing else waits. */
  #write(changed: readonly Incident[], all: boolean): void {
    if (changed.length > 0 || this.#unstoredMeasures.length > 0) this.#save(changed, all ? this.#position : this.#storedPosition);
    const changes = changed.flatMap((incident) => {
      const before = this.#told.get(incident.id);
      const known = new Set(before?.log);
      const lines = incident.log.filter((line) => !known.has(line));
      return before === incident ? [] : [{ incident, isNew: before === undefined, lines }];
    });
    this.#told = all ? this.#book.incidents : changed.reduce((told, incident) => told.set(incident.id, incident), this.#told);
    if (changes.length > 0) this.#changes.next(changes);
    const alarms = alarmState(this.#book);
    if (!sameAlarms(alarms, this.#alarms.value)) this.#alarms.next(alarms);
  }

  #save(changed: readonly Incident[], position: number): void {
    try {
      this.#store.save(changed, position, this.#unstoredMeasures);
      this.#storedPosition = position;
      for (const { id } of changed) this.#unstored.delete(id);
      this.#unstoredMeasures = [];
      this.#storeFails = false;
    } catch (error) {
      // Kept for the next attempt; the book's position stays behind, so that a restart would find the events again.
      this.#storeFails = true;
      this.#log.error({ err: error, incidents: changed.map(({ id }) => id) }, 'incidents cannot be stored; they are shown all the same');
    }
  }
}

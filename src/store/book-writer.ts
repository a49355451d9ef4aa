import type { Logger } from 'pino';
import { Subject } from 'rxjs';
import type { Observable } from 'rxjs';
import type { Incident, LogEntry } from '../domain/incident.ts';
import type { BookInput, Refusal } from '../incidents/actions.ts';
import { apply, bookFrom } from '../incidents/book.ts';
import type { Book } from '../incidents/book.ts';
import type { IncidentStore } from './incident-store.ts';

/** An incident's next revision and the log lines that led to it. */
export interface IncidentChange {
  readonly incident: Incident;
  readonly isNew: boolean;
  readonly lines: readonly LogEntry[];
}

/**
 * The one writer of the incident book: applies findings and actions, stores what changed, and only then tells of it.
 * What one turn of the pipeline changes is stored in one transaction.
 */
export class BookWriter {
  readonly #store: IncidentStore;
  readonly #log: Logger;
  readonly #changes = new Subject<readonly IncidentChange[]>();
  #book: Book;
  /** What consoles know; differs from the book by what has not been stored yet. */
  #told: ReadonlyMap<string, Incident>;
  readonly #unstored = new Set<string>();
  #position: number;
  #flushing = false;
  #storeFails = false;

  constructor(store: IncidentStore, closedSince: number, log: Logger) {
    this.#store = store;
    this.#log = log;
    this.#book = bookFrom(store.recent(closedSince), store.lastId());
    this.#told = this.#book.incidents;
    this.#position = store.position();
  }

  get incidents(): ReadonlyMap<string, Incident> {
    return this.#book.incidents;
  }

  /** The journal's position up to which the book accounts for every event. */
  get position(): number {
    return this.#position;
  }

  get changes(): Observable<readonly IncidentChange[]> {
    return this.#changes;
  }

  /** True while changes cannot be stored: they are shown all the same, because an alarm that nobody sees is worse than one that a crash would forget. */
  get storeFails(): boolean {
    return this.#storeFails;
  }

  /** Applies an input. What it changed is stored and told before the next turn of the event loop. */
  apply(input: BookInput): Refusal | undefined {
    const { book, changed, refused } = apply(this.#book, input);
    this.#book = book;
    for (const { id } of changed) this.#unstored.add(id);
    if (changed.length > 0 && !this.#flushing) {
      this.#flushing = true;
      queueMicrotask(() => this.flush());
    }
    return refused;
  }

  /** Tells how far in the journal the findings have come; stored with the next change. */
  reached(position: number): void {
    this.#position = Math.max(this.#position, position);
  }

  /** Stores and tells what has changed so far. */
  flush(): void {
    this.#flushing = false;
    const changed = [...this.#unstored].flatMap((id) => this.#book.incidents.get(id) ?? []);
    if (changed.length === 0) return;
    this.#save(changed);
    const changes = changed.flatMap((incident) => {
      const before = this.#told.get(incident.id);
      const lines = incident.log.filter((line) => before?.log.includes(line) !== true);
      return before === incident ? [] : [{ incident, isNew: before === undefined, lines }];
    });
    this.#told = this.#book.incidents;
    if (changes.length > 0) this.#changes.next(changes);
  }

  #save(changed: readonly Incident[]): void {
    try {
      this.#store.save(changed, this.#position);
      this.#unstored.clear();
      this.#storeFails = false;
    } catch (error) {
      // Kept for the next attempt; the book's position stays behind, so that a restart would find the events again.
      this.#storeFails = true;
      this.#log.error({ err: error, incidents: changed.map(({ id }) => id) }, 'incidents cannot be stored; they are shown all the same');
    }
  }
}

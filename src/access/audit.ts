import type { Clock, EpochMs } from '../domain/clock.ts';
import type { PointId } from '../domain/point.ts';
import type { Store } from '../store/database.ts';

/** One line of the log: what happened or was done, by whom, when. */
export interface AuditLine {
  readonly id: number;
  readonly at: EpochMs;
  /** The account's name, or `sallyport` for what the gateway did by itself. */
  readonly by: string;
  readonly text: string;
  readonly incident?: string;
  readonly point?: PointId;
}

interface Row extends Omit<AuditLine, 'incident' | 'point'> {
  readonly incident: string | null;
  readonly point: string | null;
}

type NewLine = Omit<AuditLine, 'id' | 'at'> & { readonly at?: EpochMs };

/** Lines that wait for a disk that can be written again; beyond these the oldest are given up. */
const MOST_WAITING = 10_000;

/** The audit trail: append only, by this process alone. Never in the way of an alarm: what cannot be written waits for the next line. */
export class Audit {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #insert;
  #waiting: AuditLine[] = [];
  #lastId: number;

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
    this.#insert = store.prepare('INSERT INTO log (id, at, by, text, incident, point) VALUES (@id, @at, @by, @text, @incident, @point)');
    this.#lastId = (store.prepare('SELECT MAX(id) AS id FROM log').get() as { id: number | null }).id ?? 0;
  }

  /** True while lines wait because they cannot be written. */
  get fails(): boolean {
    return this.#waiting.length > 0;
  }

  /** Writes a line; `at` is now unless the step was taken at another time. */
  write(line: NewLine): AuditLine {
    const numbered = this.#numbered(line);
    this.#writeAll([numbered]);
    return numbered;
  }

  /** Writes lines in one transaction: one flush to the disk for all of them. */
  writeAll(lines: readonly NewLine[]): AuditLine[] {
    const numbered = lines.map((line) => this.#numbered(line));
    this.#writeAll(numbered);
    return numbered;
  }

  /** Tries again to write what could not be written. */
  retry(): void {
    if (this.fails) this.#writeAll([]);
  }

  #numbered(line: NewLine): AuditLine {
    this.#lastId += 1;
    return { ...line, at: line.at ?? this.#clock.now(), id: this.#lastId };
  }

  #writeAll(lines: readonly AuditLine[]): void {
    const due = [...this.#waiting, ...lines];
    try {
      this.#store.transaction(() => {
        for (const line of due) this.#insert.run({ incident: null, point: null, ...line });
      })();
      this.#waiting = [];
    } catch {
      // `fails` tells of it; whoever writes a line has something more urgent to do.
      this.#waiting = due.slice(-MOST_WAITING);
    }
  }

  /** The latest lines, oldest first. */
  latest(limit: number): AuditLine[] {
    const rows = this.#store.prepare('SELECT * FROM log ORDER BY id DESC LIMIT ?').all(limit) as Row[];
    const written = rows
      .reverse()
      .map(({ incident, point, ...line }) => ({ ...line, ...(incident !== null && { incident }), ...(point !== null && { point }) }));
    return [...written, ...this.#waiting].slice(-limit);
  }
}

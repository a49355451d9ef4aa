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

/** The audit trail: append only. */
export class Audit {
  readonly #store: Store;
  readonly #clock: Clock;

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Writes a line; `at` is now unless the step was taken at another time. */
  write(line: { by: string; text: string; at?: EpochMs; incident?: string; point?: PointId }): AuditLine {
    const at = line.at ?? this.#clock.now();
    const { lastInsertRowid } = this.#store
      .prepare('INSERT INTO log (at, by, text, incident, point) VALUES (?, ?, ?, ?, ?)')
      .run(at, line.by, line.text, line.incident ?? null, line.point ?? null);
    return { ...line, at, id: Number(lastInsertRowid) };
  }

  /** The latest lines, oldest first. */
  latest(limit: number): AuditLine[] {
    const rows = this.#store.prepare('SELECT * FROM log ORDER BY id DESC LIMIT ?').all(limit) as Row[];
    return rows
      .reverse()
      .map(({ incident, point, ...line }) => ({ ...line, ...(incident !== null && { incident }), ...(point !== null && { point }) }));
  }
}

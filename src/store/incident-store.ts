import type { Incident } from '../domain/incident.ts';
import type { Measure } from '../domain/measure.ts';
import type { Store } from './database.ts';

/** Incidents on disk: the latest revision of each, and how far the book has worked through the journal. */
export class IncidentStore {
  readonly #store: Store;
  readonly #upsert;
  readonly #upsertMeasure;

  constructor(store: Store) {
    this.#store = store;
    this.#upsert = store.prepare(
      `INSERT INTO incident (id, state, opened_at, closed_at, incident) VALUES (@id, @state, @openedAt, @closedAt, @json)
       ON CONFLICT (id) DO UPDATE SET state = excluded.state, closed_at = excluded.closed_at, incident = excluded.incident`,
    );
    this.#upsertMeasure = store.prepare(
      `INSERT INTO measure (id, ended_at, measure) VALUES (@id, @endedAt, @json)
       ON CONFLICT (id) DO UPDATE SET ended_at = excluded.ended_at, measure = excluded.measure`,
    );
  }

  /** Writes incidents, measures and the journal's position up to which they account for, in one transaction. */
  save(incidents: readonly Incident[], position: number, measures: readonly Measure[] = []): void {
    this.#store.transaction(() => {
      for (const measure of measures) {
        this.#upsertMeasure.run({ id: measure.id, endedAt: measure.endedAt ?? null, json: JSON.stringify(measure) });
      }
      for (const incident of incidents) {
        const { id, state, openedAt, closedAt } = incident;
        this.#upsert.run({ id, state, openedAt, closedAt: closedAt ?? null, json: JSON.stringify(incident) });
      }
      this.#store
        .prepare('INSERT INTO book_position (one, seq) VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET seq = MAX(seq, excluded.seq)')
        .run(position);
    })();
  }

  /** The journal's position up to which the stored incidents account for every event. */
  position(): number {
    const row = this.#store.prepare('SELECT seq FROM book_position').get() as { seq: number } | undefined;
    return row?.seq ?? 0;
  }

  get(id: string): Incident | undefined {
    const row = this.#store.prepare('SELECT incident FROM incident WHERE id = ?').get(id) as { incident: string } | undefined;
    return row && parse(row);
  }

  /** The latest first. */
  list({ state, openedBefore, limit }: { state: 'open' | 'closed' | 'all'; openedBefore?: number; limit: number }): Incident[] {
    const rows = this.#store
      .prepare(
        `SELECT incident FROM incident WHERE (@before IS NULL OR opened_at < @before)
           AND (@state = 'all' OR (state = 'closed') = (@state = 'closed')) ORDER BY opened_at DESC, id DESC LIMIT @limit`,
      )
      .all({ before: openedBefore ?? null, state, limit }) as { incident: string }[];
    return rows.map(parse);
  }

  /** Every open incident and those closed since `closedSince`, oldest first: what the book starts from. */
  recent(closedSince: number): Incident[] {
    const rows = this.#store
      .prepare(`SELECT incident FROM incident WHERE state <> 'closed' OR closed_at >= ? ORDER BY opened_at, id`)
      .all(closedSince) as { incident: string }[];
    return rows.map(parse);
  }

  /** The measures that are in force. */
  measures(): Measure[] {
    const rows = this.#store.prepare('SELECT measure FROM measure WHERE ended_at IS NULL').all() as { measure: string }[];
    return rows.map(({ measure }) => JSON.parse(measure) as Measure);
  }

  /** Those that have ended as well, as long as they are kept. */
  allMeasures(): Measure[] {
    const rows = this.#store.prepare('SELECT measure FROM measure').all() as { measure: string }[];
    return rows.map(({ measure }) => JSON.parse(measure) as Measure);
  }

  /** The number of the last measure: `m12` has 12. */
  lastMeasure(): number {
    const row = this.#store.prepare('SELECT MAX(CAST(SUBSTR(id, 2) AS INTEGER)) AS last FROM measure').get() as { last: number | null };
    return row.last ?? 0;
  }

  /** The identifier of the incident opened last, so that the next one gets the next number. */
  lastId(): string | undefined {
    const row = this.#store.prepare('SELECT MAX(id) AS id FROM incident').get() as { id: string | null };
    return row.id ?? undefined;
  }
}

function parse({ incident }: { incident: string }): Incident {
  return JSON.parse(incident) as Incident;
}

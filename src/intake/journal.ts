import type { DeviceSignal, Phase, SecurityEvent } from '../domain/event.ts';
import type { EventKind } from '../domain/kinds.ts';
import type { PointId } from '../domain/point.ts';
import type { Store } from '../store/database.ts';

/** An event that has no position yet. */
export type Unjournalled = Omit<SecurityEvent, 'seq'> & Pick<DeviceSignal, 'repeatKey' | 'offerKey'>;

interface Row {
  readonly seq: number;
  readonly id: string;
  readonly device: string;
  readonly point: string;
  readonly kind: string;
  readonly phase: string;
  readonly received_at: number;
  readonly event_at: number;
  readonly event: string;
}

/** What a reader of the journal asks for. Each filter is optional. */
export interface JournalQuery {
  /** Only events behind this position. */
  readonly after?: number;
  /** Only events in front of this position. */
  readonly before?: number;
  readonly kind?: EventKind;
  readonly point?: PointId;
  readonly device?: PointId;
  /** At most this many. */
  readonly limit: number;
  /** Newest first rather than oldest first. */
  readonly newestFirst?: boolean;
}

/** The journal: every accepted event in the order of acceptance. */
export class Journal {
  readonly #store: Store;
  readonly #insert;

  constructor(store: Store) {
    this.#store = store;
    this.#insert = store.prepare(
      `INSERT INTO journal (id, device, point, kind, phase, received_at, event_at, repeat_key, event)
       VALUES (@id, @device, @point, @kind, @phase, @receivedAt, @eventAt, @repeatKey, @rest)`,
    );
  }

  /**
   * Appends a batch in one transaction: one flush to the disk for all of them. @returns their positions.
   * @throws when it could not be committed; then none is in.
   */
  append(batch: readonly Unjournalled[]): readonly number[] {
    return this.#store.transaction(() =>
      batch.map(({ id, device, point, kind, phase, receivedAt, eventAt, repeatKey, offerKey: _untilTaken, ...rest }) => {
        const row = { id, device, point, kind, phase, receivedAt, eventAt, repeatKey: repeatKey ?? null, rest: JSON.stringify(rest) };
        return Number(this.#insert.run(row).lastInsertRowid);
      }),
    )();
  }

  read({ after = 0, before, kind, point, device, limit, newestFirst = false }: JournalQuery): SecurityEvent[] {
    const rows = this.#store
      .prepare(
        `SELECT * FROM journal WHERE seq > @after AND seq < @before AND (@kind IS NULL OR kind = @kind) AND (@point IS NULL OR point = @point)
           AND (@device IS NULL OR device = @device)
         ORDER BY seq ${newestFirst ? 'DESC' : 'ASC'} LIMIT @limit`,
      )
      .all({ after, before: before ?? Number.MAX_SAFE_INTEGER, kind: kind ?? null, point: point ?? null, device: device ?? null, limit }) as Row[];
    return rows.map(eventOf);
  }

  /** One event, by its identifier and what else is known of it, which finds it by an index. */
  find({ id, point, kind }: Pick<SecurityEvent, 'id' | 'point' | 'kind'>): SecurityEvent | undefined {
    const row = this.#store.prepare('SELECT * FROM journal WHERE point = ? AND kind = ? AND id = ?').get(point, kind, id) as Row | undefined;
    return row && eventOf(row);
  }

  /**
   * The last journalled event of each kind at each point, of arming in each partition: what the site looked like when the gateway stopped.
   * @param upTo what it looked like at this position instead.
   */
  latestOfEach(upTo = Number.MAX_SAFE_INTEGER): SecurityEvent[] {
    const rows = this.#store
      .prepare(
        `SELECT * FROM journal WHERE seq IN (
           SELECT MAX(seq) FROM journal WHERE seq <= @upTo AND kind NOT IN ('panel.armed', 'video.lost') GROUP BY point, kind
           UNION ALL
           SELECT MAX(seq) FROM journal WHERE seq <= @upTo AND kind = 'panel.armed' GROUP BY point, event ->> '$.details.partition'
           UNION ALL
           SELECT MAX(seq) FROM journal WHERE seq <= @upTo AND kind = 'video.lost' GROUP BY point, event ->> '$.details.cause'
         ) ORDER BY seq`,
      )
      .all({ upTo }) as Row[];
    return rows.map(eventOf);
  }

  /** The keys of repeatable signals that came since `since`, device and key. */
  repeatKeysSince(since: number): { device: PointId; repeatKey: string; receivedAt: number }[] {
    return this.#store
      .prepare('SELECT device, repeat_key AS repeatKey, received_at AS receivedAt FROM journal WHERE received_at >= ? AND repeat_key IS NOT NULL')
      .all(since) as { device: PointId; repeatKey: string; receivedAt: number }[];
  }

  /** The position of the first event that arrived at `time` or later, minus one: what to read after. */
  positionBefore(time: number): number {
    const row = this.#store.prepare('SELECT MIN(seq) AS seq FROM journal WHERE received_at >= ?').get(time) as { seq: number | null };
    return row.seq === null ? this.lastPosition() : row.seq - 1;
  }

  lastPosition(): number {
    const row = this.#store.prepare('SELECT MAX(seq) AS seq FROM journal').get() as { seq: number | null };
    return row.seq ?? 0;
  }
}

type Rest = Omit<SecurityEvent, 'seq' | 'id' | 'device' | 'point' | 'kind' | 'phase' | 'receivedAt' | 'eventAt'>;

function eventOf(row: Row): SecurityEvent {
  return {
    seq: row.seq,
    id: row.id,
    device: row.device,
    point: row.point,
    kind: row.kind as EventKind,
    phase: row.phase as Phase,
    receivedAt: row.received_at,
    eventAt: row.event_at,
    ...(JSON.parse(row.event) as Rest),
  };
}

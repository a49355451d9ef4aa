import type { Clock, EpochMs } from '../domain/clock.ts';
import type { RetentionPolicy } from '../domain/retention.ts';
import type { Store } from './database.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const ROUND_EVERY_MS = 60 * 60 * 1000;
/** Rows that one transaction deletes at most: it takes milliseconds, and an alarm waits no longer. */
const ROWS_AT_ONCE = 500;
/** On a site that is never quiet it goes on all the same after so many busy looks. */
const MOST_BUSY_LOOKS = 30;

/** The identifiers of events, and of incidents, that an open incident refers to. */
const inOpenEvidence = `SELECT each.value ->> '$.event' FROM incident, json_each(incident.incident, '$.evidence') AS each WHERE state <> 'closed'`;
const openAndLinked = `SELECT id FROM incident WHERE state <> 'closed'
  UNION SELECT each.value ->> '$.incident' FROM incident, json_each(incident.incident, '$.links') AS each WHERE state <> 'closed'`;

const deletions = {
  // The latest of each kind at each point, of arming in each partition, of lost pictures by each cause, is what the site looks like; what the book has not accounted for is news.
  journal: `DELETE FROM journal WHERE seq IN (
    SELECT seq FROM journal AS old WHERE received_at < @before AND seq <= (SELECT seq FROM book_position)
      AND EXISTS (SELECT 1 FROM journal AS later WHERE later.point = old.point AND later.kind = old.kind AND later.seq > old.seq
        AND (old.kind <> 'panel.armed' OR later.event ->> '$.details.partition' IS old.event ->> '$.details.partition')
        AND (old.kind <> 'video.lost' OR later.event ->> '$.details.cause' IS old.event ->> '$.details.cause'))
      AND id NOT IN (${inOpenEvidence})
    LIMIT @limit)`,
  // The latest identifier stays, so that the next one differs.
  incident: `DELETE FROM incident WHERE id IN (
    SELECT id FROM incident WHERE state = 'closed' AND closed_at < @before AND id <> (SELECT MAX(id) FROM incident) AND id NOT IN (${openAndLinked})
    LIMIT @limit)`,
  log: `DELETE FROM log WHERE id IN (
    SELECT id FROM log WHERE at < @before AND id <> (SELECT MAX(id) FROM log) AND (incident IS NULL OR incident NOT IN (${openAndLinked}))
    LIMIT @limit)`,
  // The latest number stays, so that the next one differs. An incident of that time is played again with them.
  measure: `DELETE FROM measure WHERE id IN (
    SELECT id FROM measure WHERE ended_at < @before
      AND CAST(SUBSTR(id, 2) AS INTEGER) < (SELECT MAX(CAST(SUBSTR(id, 2) AS INTEGER)) FROM measure)
    LIMIT @limit)`,
  // What belongs to an incident goes with it. A message that is younger than the log stays: it tells who was told.
  outbox: `DELETE FROM outbox WHERE id IN (
    SELECT id FROM outbox WHERE created_at < @before AND state <> 'waiting' AND incident NOT IN (SELECT id FROM incident) LIMIT @limit)`,
  escalation: `DELETE FROM escalation WHERE incident IN (
    SELECT incident FROM escalation WHERE incident NOT IN (SELECT id FROM incident) AND incident < @latest LIMIT @limit)`,
  procedure_run: `DELETE FROM procedure_run WHERE incident IN (
    SELECT incident FROM procedure_run WHERE incident NOT IN (SELECT id FROM incident) AND incident < @latest LIMIT @limit)`,
} as const;

const tables = ['journal', 'incident', 'measure', 'log', 'outbox', 'escalation', 'procedure_run'] as const;

/** Deletes what is older than the site wants to keep: once an hour, in small transactions, while no signal comes in. */
export class Retention {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #policy: RetentionPolicy;
  #nextRound: EpochMs;
  #signals = 0;
  #busyLooks = 0;

  constructor(store: Store, clock: Clock, policy: RetentionPolicy) {
    this.#store = store;
    this.#clock = clock;
    this.#policy = policy;
    this.#nextRound = clock.now();
  }

  /** To be called every second or so with how many signals have come since the start. Returns how many rows it has deleted. @throws when the disk cannot be written. */
  look(signals: number): number {
    const isBusy = signals !== this.#signals && this.#busyLooks < MOST_BUSY_LOOKS;
    this.#signals = signals;
    this.#busyLooks = isBusy ? this.#busyLooks + 1 : 0;
    if (isBusy || this.#clock.now() < this.#nextRound) return 0;
    const deleted = this.#step();
    if (deleted === 0) this.#nextRound = this.#clock.now() + ROUND_EVERY_MS;
    return deleted;
  }

  #step(): number {
    const { journalDays, closedIncidentDays, logDays } = this.#policy;
    const days = {
      journal: journalDays,
      incident: closedIncidentDays,
      measure: closedIncidentDays,
      log: logDays,
      outbox: logDays,
      escalation: 0,
      procedure_run: 0,
    };
    // One that is not stored yet, because the disk was full, has a later identifier than all that are.
    const { latest } = this.#store.prepare(`SELECT COALESCE(MAX(id), '') AS latest FROM incident`).get() as { latest: string };
    for (const table of tables) {
      const before = this.#clock.now() - days[table] * DAY_MS;
      const { changes } = this.#store.prepare(deletions[table]).run({ before, latest, limit: ROWS_AT_ONCE });
      if (changes > 0) return changes;
    }
    return 0;
  }
}

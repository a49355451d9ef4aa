import { join } from 'node:path';
import type { Incident } from '../../src/domain/incident.ts';
import { MOST_EVIDENCE } from '../../src/incidents/evidence.ts';
import { readStore } from '../../src/store/database.ts';
import type { Account } from './peers.ts';

/** What became of the signals. Everything but the first four has to be 0. */
export interface Findings {
  readonly acknowledged: number;
  readonly journalled: number;
  readonly repeatsSent: number;
  readonly incidents: number;
  /** Acknowledged, and not in the journal. */
  readonly lost: number;
  /** In the journal more than once. */
  readonly duplicated: number;
  /** Never acknowledged, although the gateway was there. */
  readonly unfinished: number;
  /** Alarms in the journal that are in no incident. */
  readonly withoutIncident: number;
  /** The same event opened or repeated two incidents by one rule, or two incidents with one key are open. */
  readonly duplicatedIncidents: number;
  /** Doors that the journal believes open and that are shut, or the other way round. */
  readonly wrongDoors: number;
}

/** Holds the gateway's database against what the hardware knows. */
export function audit(data: string, account: Account): Findings {
  const store = readStore(join(data, 'sallyport.db'));
  try {
    const count = (query: string) => new Map((store.prepare(query).all() as { key: string; count: number }[]).map((row) => [row.key, row.count]));
    const reports = count(
      `SELECT (event ->> '$.details.account') || '/' || CAST(event ->> '$.details.sequence' AS INTEGER) AS key, COUNT(*) AS count FROM journal
       WHERE event ->> '$.details.sequence' IS NOT NULL GROUP BY 1`,
    );
    const badges = count(
      `SELECT point || '/' || (event ->> '$.details.credential') AS key, COUNT(*) AS count FROM journal WHERE kind = 'access.granted' GROUP BY 1`,
    );
    const journalled = new Map([...reports, ...badges]);
    const promised = [
      ...account.panels.flatMap((panel) => numbered(panel.account, panel.acknowledged)),
      ...account.readers.flatMap(({ reader, acknowledged }) => numbered(reader, acknowledged)),
    ];
    const incidents = (store.prepare('SELECT incident FROM incident').all() as { incident: string }[]).map(
      ({ incident }) => JSON.parse(incident) as Incident,
    );
    const leads = incidents.flatMap(({ evidence }) => evidence.filter(({ role }) => role === 'lead' || role === 'repeat'));
    const led = new Set(leads.map(({ event }) => event));
    const alarms = store
      .prepare(
        `SELECT id, point, kind FROM journal WHERE kind IN ('intrusion.alarm', 'door.forced') AND phase = 'raised' AND event ->> '$.initial' IS NULL`,
      )
      .all() as { id: string; point: string; kind: string }[];
    const doors = store
      .prepare(
        `SELECT point AS key, phase = 'raised' AS count FROM journal WHERE seq IN (SELECT MAX(seq) FROM journal WHERE kind = 'door.open' GROUP BY point)`,
      )
      .all() as { key: string; count: number }[];
    const believedOpen = new Map(doors.map(({ key, count: open }) => [key, open === 1]));
    return {
      acknowledged: promised.length,
      journalled: [...journalled.values()].reduce((sum, each) => sum + each, 0),
      repeatsSent: account.panels.reduce((sum, { sent, acknowledged }) => sum + sent - acknowledged, 0),
      incidents: incidents.length,
      lost: promised.filter((key) => !journalled.has(key)).length,
      duplicated: [...journalled.values()].reduce((sum, each) => sum + each - 1, 0),
      unfinished: account.unfinished,
      withoutIncident: alarms.filter(({ id, point, kind }) => !led.has(id) && !isFull(incidents, point, kind)).length,
      duplicatedIncidents: repeated(leads.map(({ rule, event }) => `${rule} ${event}`)) + repeated(openKeys(incidents)),
      wrongDoors: account.doors.filter(({ door, open }) => (believedOpen.get(door) ?? false) !== open).length,
    };
  } finally {
    store.close();
  }
}

export function isFlawless({ lost, duplicated, unfinished, withoutIncident, duplicatedIncidents, wrongDoors }: Findings): boolean {
  return lost + duplicated + unfinished + withoutIncident + duplicatedIncidents + wrongDoors === 0;
}

function numbered(name: string, upTo: number): string[] {
  return Array.from({ length: upTo }, (_, index) => `${name}/${index + 1}`);
}

function openKeys(incidents: readonly Incident[]): string[] {
  return incidents.filter(({ state }) => state !== 'closed').map(({ key }) => key);
}

function repeated(keys: readonly string[]): number {
  return keys.length - new Set(keys).size;
}

/** An incident forgets its oldest repeats when it is full of evidence. */
function isFull(incidents: readonly Incident[], point: string, kind: string): boolean {
  return incidents.some(({ evidence }) => evidence.length >= MOST_EVIDENCE && evidence.some((each) => each.point === point && each.kind === kind));
}

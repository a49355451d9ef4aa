import type { PointId } from '../domain/point.ts';
import type { ThreatDoor, ThreatDoorCommand } from '../domain/threat.ts';
import type { Store } from './database.ts';

/** A door under a threat level, and what it becomes when no level asks for it any more. */
export interface HeldDoor extends ThreatDoor {
  readonly afterwards: ThreatDoorCommand;
}

/** Doors that threat levels command, on disk: what was not carried out before a restart is carried out after it. */
export class ThreatStore {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  all(): HeldDoor[] {
    const rows = this.#store.prepare('SELECT held FROM threat_door ORDER BY door').all() as { held: string }[];
    return rows.map(({ held }) => JSON.parse(held) as HeldDoor);
  }

  /** In one transaction. @throws when the disk cannot be written. */
  save(held: readonly HeldDoor[], gone: readonly PointId[]): void {
    const upsert = this.#store.prepare('INSERT INTO threat_door (door, held) VALUES (?, ?) ON CONFLICT (door) DO UPDATE SET held = excluded.held');
    const remove = this.#store.prepare('DELETE FROM threat_door WHERE door = ?');
    this.#store.transaction(() => {
      for (const door of gone) remove.run(door);
      for (const each of held) upsert.run(each.door, JSON.stringify(each));
    })();
  }
}

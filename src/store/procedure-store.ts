import type { Run } from '../procedures/run.ts';
import type { Store } from './database.ts';

/** How far the procedure of each incident has come, on disk. */
export class ProcedureStore {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  save(runs: readonly Run[]): void {
    const upsert = this.#store.prepare(
      'INSERT INTO procedure_run (incident, run) VALUES (?, ?) ON CONFLICT (incident) DO UPDATE SET run = excluded.run',
    );
    this.#store.transaction(() => {
      for (const run of runs) upsert.run(run.incident, JSON.stringify(run));
    })();
  }

  get(incident: string): Run | undefined {
    const row = this.#store.prepare('SELECT run FROM procedure_run WHERE incident = ?').get(incident) as { run: string } | undefined;
    return row && (JSON.parse(row.run) as Run);
  }
}

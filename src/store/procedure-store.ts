import type { Run } from '../procedures/run.ts';
import type { Store } from './database.ts';

/** How far the procedure of each incident has come, on disk. Never in the way of a dispatcher: what cannot be written waits for the next attempt. */
export class ProcedureStore {
  readonly #store: Store;
  readonly #waiting = new Map<string, Run>();

  constructor(store: Store) {
    this.#store = store;
  }

  /** True while runs wait because they cannot be written. */
  get fails(): boolean {
    return this.#waiting.size > 0;
  }

  save(runs: readonly Run[]): void {
    for (const run of runs) this.#waiting.set(run.incident, run);
    this.retry();
  }

  /** Tries again to write what could not be written. */
  retry(): void {
    if (!this.fails) return;
    try {
      const upsert = this.#store.prepare(
        'INSERT INTO procedure_run (incident, run) VALUES (?, ?) ON CONFLICT (incident) DO UPDATE SET run = excluded.run',
      );
      this.#store.transaction(() => {
        for (const run of this.#waiting.values()) upsert.run(run.incident, JSON.stringify(run));
      })();
      this.#waiting.clear();
    } catch {
      // `fails` tells of it; whoever answers a step has something more urgent to do.
    }
  }

  get(incident: string): Run | undefined {
    const waiting = this.#waiting.get(incident);
    if (waiting !== undefined) return waiting;
    const row = this.#store.prepare('SELECT run FROM procedure_run WHERE incident = ?').get(incident) as { run: string } | undefined;
    return row && (JSON.parse(row.run) as Run);
  }
}

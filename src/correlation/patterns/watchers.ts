import type { Seen } from '../accounting.ts';
import { Recent } from '../recent.ts';
import type { Runtime } from '../runtime.ts';

/** Somebody who has judged an event, or will, and wants to know what else happens under its keys. */
export interface Watcher {
  readonly trigger: Seen;
  changed(because: Seen): void;
}

/** Finds those whom an event may concern by the keys that it shares with theirs. */
export class Watchers {
  readonly #recent: Recent<Watcher>;

  constructor(runtime: Pick<Runtime, 'now'>) {
    this.#recent = new Recent(0, runtime, ({ trigger }) => trigger.arrivedAt);
  }

  /** `forMs`: how long from now on. */
  add(keys: readonly string[], watcher: Watcher, forMs: number): void {
    this.#recent.keepFor(forMs);
    for (const key of keys) this.#recent.add(key, watcher);
  }

  tell(keys: readonly string[], seen: Seen): void {
    for (const watcher of this.#recent.of(keys)) if (watcher.trigger !== seen) watcher.changed(seen);
  }
}

import type { Seen } from '../accounting.ts';
import { Recent } from '../recent.ts';
import type { Runtime } from '../runtime.ts';
import { slotAfter } from '../select.ts';
import type { Slot } from '../select.ts';

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

  /** So many rules watch from now on. */
  shareAmong(rules: number): void {
    this.#recent.shareAmong(rules);
  }

  tell(keys: readonly string[], seen: Seen): void {
    for (const watcher of this.#recent.of(keys)) if (watcher.trigger !== seen) watcher.changed(seen);
  }
}

/** What watchers are told of an event, once every memory has learnt of it: what completes a pattern may explain it as well. */
export class News {
  #told: { readonly watchers: Watchers; readonly keys: readonly string[]; readonly seen: Seen }[] = [];

  /** Tells after those slots have learnt of the event. */
  slotAfter(memories: readonly Slot[]): Slot {
    return slotAfter(memories, 'news', () => this.#tell());
  }

  add(watchers: Watchers, keys: readonly string[], seen: Seen): void {
    this.#told.push({ watchers, keys, seen });
  }

  #tell(): void {
    if (this.#told.length === 0) return;
    const told = this.#told;
    this.#told = [];
    for (const { watchers, keys, seen } of told) watchers.tell(keys, seen);
  }
}

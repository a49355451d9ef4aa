const SHARDS = 256;

/**
 * A map that is a value: `set` gives another map and shares all but one small part with this one, so that
 * a change among thousands of incidents does not copy them all. It is walked through in the order of its keys.
 */
export class PersistentMap<Value> implements ReadonlyMap<string, Value> {
  readonly size: number;
  readonly #shards: readonly ReadonlyMap<string, Value>[];

  private constructor(shards: readonly ReadonlyMap<string, Value>[], size: number) {
    this.#shards = shards;
    this.size = size;
  }

  static from<Value>(entries: Iterable<readonly [string, Value]>): PersistentMap<Value> {
    const shards = Array.from({ length: SHARDS }, () => new Map<string, Value>());
    for (const [key, value] of entries) shards[shardOf(key)]?.set(key, value);
    return new PersistentMap(
      shards,
      shards.reduce((sum, { size }) => sum + size, 0),
    );
  }

  get(key: string): Value | undefined {
    return this.#shards[shardOf(key)]?.get(key);
  }

  /** The map with `value` under `key`; this one stays as it is. */
  set(key: string, value: Value): PersistentMap<Value> {
    const index = shardOf(key);
    const shard = new Map(this.#shards[index]).set(key, value);
    return new PersistentMap(this.#shards.with(index, shard), this.size + (this.has(key) ? 0 : 1));
  }

  /** The map without `key`; this one stays as it is. */
  delete(key: string): PersistentMap<Value> {
    if (!this.has(key)) return this;
    const index = shardOf(key);
    const shard = new Map(this.#shards[index]);
    shard.delete(key);
    return new PersistentMap(this.#shards.with(index, shard), this.size - 1);
  }

  has(key: string): boolean {
    return this.#shards[shardOf(key)]?.has(key) === true;
  }

  /** The values in no particular order, which costs no sorting. */
  *unsorted(): Generator<Value, undefined> {
    for (const shard of this.#shards) yield* shard.values();
  }

  *entries(): Generator<[string, Value], undefined> {
    if (this.size === 0) return;
    yield* this.#shards.flatMap((shard) => [...shard]).sort(([a], [b]) => (a < b ? -1 : 1));
  }

  *keys(): Generator<string, undefined> {
    for (const [key] of this.entries()) yield key;
  }

  *values(): Generator<Value, undefined> {
    for (const [, value] of this.entries()) yield value;
  }

  [Symbol.iterator](): Generator<[string, Value], undefined> {
    return this.entries();
  }

  forEach(action: (value: Value, key: string, map: ReadonlyMap<string, Value>) => void): void {
    for (const [key, value] of this.entries()) action(value, key, this);
  }
}

/** FNV-1a, 32 bits. */
function shardOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < key.length; index += 1) hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193);
  return (hash >>> 0) % SHARDS;
}

import { readLimit } from './location.ts';
import type { Location } from './location.ts';

/** Something that is to be read in every round. */
export interface Item extends Location {
  /** How many addresses it takes. */
  readonly count: number;
  /** What is read early in a round; see `planReads`. */
  readonly rank: number;
  /** For a person who has to find it in the site file. */
  readonly name: string;
}

/** One request that reads several items. */
export interface Read<I extends Item = Item> extends Location {
  readonly count: number;
  readonly items: readonly I[];
}

/**
 * The fewest reads that cover all items and nothing but items: neighbours share a read, gaps are never read, because an address
 * that a controller does not have makes it refuse the whole read. Reads with a low rank come first.
 */
export function planReads<I extends Item>(items: readonly I[]): Read<I>[] {
  const sorted = [...items].sort((a, b) => a.table.localeCompare(b.table) || a.address - b.address);
  const reads: Read<I>[] = [];
  for (const item of sorted) {
    const last = reads.at(-1);
    const joined = last && join(last, item);
    if (joined === undefined) reads.push({ table: item.table, address: item.address, count: item.count, items: [item] });
    else reads.splice(-1, 1, joined);
  }
  return reads.sort((a, b) => rankOf(a) - rankOf(b));
}

/** The values of one item in what its read brought. */
export function valuesOf(item: Item, read: Read, values: readonly number[]): readonly number[] {
  const from = item.address - read.address;
  return values.slice(from, from + item.count);
}

/** The read with the item added; undefined when there is a gap between, or the read would be too long. */
function join<I extends Item>(read: Read<I>, item: I): Read<I> | undefined {
  const end = read.address + read.count;
  const count = Math.max(end, item.address + item.count) - read.address;
  if (read.table !== item.table || item.address > end || count > readLimit[read.table]) return undefined;
  return { ...read, count, items: [...read.items, item] };
}

function rankOf(read: Read): number {
  return Math.min(...read.items.map(({ rank }) => rank));
}

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

interface Limit {
  /** The most that one read may ask for. */
  readonly most: number;
  /** Gaps up to this length may be read in passing. */
  readonly across: number;
}

/** What a unit lets itself be asked for in one read. */
export interface ReadLimits {
  readonly bits: Limit;
  readonly registers: Limit;
  /** What may not be read in passing, however short the gap. */
  readonly never: readonly (Location & { readonly count: number })[];
}

/** Application Protocol V1.1b3, 6.1 to 6.4, and no gaps, because an address that a controller does not have makes it refuse the whole read. */
export const standardLimits: ReadLimits = { bits: { most: 2000, across: 0 }, registers: { most: 125, across: 0 }, never: [] };

/** The fewest reads that cover all items within the limits. Reads with a low rank come first. */
export function planReads<I extends Item>(items: readonly I[], limits: ReadLimits = standardLimits): Read<I>[] {
  const sorted = [...items].sort((a, b) => a.table.localeCompare(b.table) || a.address - b.address);
  const reads: Read<I>[] = [];
  for (const item of sorted) {
    const last = reads.at(-1);
    const joined = last && join(last, item, limits);
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

/** The read with the item added; undefined when what stands between may not be read, or the read would be too long. */
function join<I extends Item>(read: Read<I>, item: I, limits: ReadLimits): Read<I> | undefined {
  const end = read.address + read.count;
  const count = Math.max(end, item.address + item.count) - read.address;
  const { most, across } = read.table === 'coil' || read.table === 'discreteInput' ? limits.bits : limits.registers;
  if (read.table !== item.table || item.address > end + across || count > most) return undefined;
  const isForbidden = limits.never.some(
    ({ table, address, count: length }) => table === read.table && address < item.address && address + length > end,
  );
  return isForbidden ? undefined : { ...read, count, items: [...read.items, item] };
}

function rankOf(read: Read): number {
  return Math.min(...read.items.map(({ rank }) => rank));
}

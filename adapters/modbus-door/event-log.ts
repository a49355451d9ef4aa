/** One badge event as a reader's log holds it. */
export interface LogEntry {
  /** The reader's counter after this event; the next after 65535 is 0. */
  readonly sequence: number;
  readonly result: number;
  readonly credential: number;
  /** Milliseconds since 1970 by the controller's clock. */
  readonly at: number;
  /** The entry's registers in hexadecimal. */
  readonly raw: string;
}

/** Registers of one entry: sequence, result, credential (2), seconds (2), milliseconds, reserved. */
export const ENTRY_WORDS = 8;
const SEQUENCES = 0x10000;

/**
 * The events between the counter that was seen last and the present one, oldest first, wherever in the ring they are.
 * The counter is read first and the ring after it: an entry is complete before the counter moves, so none is missed; one that was
 * overwritten in the meantime shows by its own sequence number. `lost` counts those.
 */
export function entriesAfter(
  seen: number,
  counter: number,
  words: readonly number[],
): { readonly entries: readonly LogEntry[]; readonly lost: number } {
  const ring = new Map<number, LogEntry>();
  for (let at = 0; at + ENTRY_WORDS <= words.length; at += ENTRY_WORDS) {
    const entry = parseEntry(words.slice(at, at + ENTRY_WORDS));
    if (entry !== undefined) ring.set(entry.sequence, entry);
  }
  const fresh = (counter - seen + SEQUENCES) % SEQUENCES;
  const entries: LogEntry[] = [];
  for (let back = Math.min(fresh, words.length / ENTRY_WORDS) - 1; back >= 0; back -= 1) {
    const entry = ring.get((counter - back + SEQUENCES) % SEQUENCES);
    if (entry !== undefined) entries.push(entry);
  }
  return { entries, lost: fresh - entries.length };
}

/** Milliseconds since 1970 of a clock in three registers. */
export function clockOf(words: readonly number[]): number {
  const [high = 0, low = 0, milliseconds = 0] = words;
  return 1000 * (high * 0x10000 + low) + milliseconds;
}

/** A place that was never written has result 0. */
function parseEntry(words: readonly number[]): LogEntry | undefined {
  const [sequence = 0, result = 0, high = 0, low = 0] = words;
  if (result === 0) return undefined;
  const raw = words.map((word) => word.toString(16).padStart(4, '0')).join('');
  return { sequence, result, credential: high * 0x10000 + low, at: clockOf(words.slice(4, 7)), raw };
}

/** What became of a badge; the code is what the event log holds. */
export const outcomes = { granted: 1, unknown: 2, notForThisDoor: 3 } as const;
export type Outcome = (typeof outcomes)[keyof typeof outcomes];

/** Entries of the event log of one reader. */
export const LOG_ENTRIES = 15;
/** Words of one entry. */
export const ENTRY_WORDS = 8;

/**
 * A badge reader's event log: a ring of the latest entries, and a counter of all of them.
 * The entry is written before the counter moves, so that whoever sees the counter finds the entry.
 */
export class ReaderLog {
  counter = 0;
  /** The highest sequence number that the host says it has stored. Kept for the host, not judged. */
  acknowledged = 0;
  #next = 0;
  readonly #ring = new Uint16Array(LOG_ENTRIES * ENTRY_WORDS);

  add(credential: number, outcome: Outcome, at: number): void {
    const sequence = (this.counter + 1) & 0xffff;
    const slot = this.#next * ENTRY_WORDS;
    this.#next = (this.#next + 1) % LOG_ENTRIES;
    const seconds = Math.floor(at / 1000);
    this.#ring.set([sequence, outcome, credential >>> 16, credential & 0xffff, seconds >>> 16, seconds & 0xffff, at % 1000, 0], slot);
    this.counter = sequence;
  }

  /** A word of the ring. */
  word(index: number): number | undefined {
    return this.#ring[index];
  }

  /** The log is in volatile memory. */
  restart(): void {
    this.#ring.fill(0);
    this.#next = 0;
    this.counter = 0;
    this.acknowledged = 0;
  }
}

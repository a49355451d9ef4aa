/** What one input has recorded. */
export interface RecordingFacts {
  readonly token: string;
  /** The name of the input, as the installer wrote it. */
  readonly source: string;
  /** How far back it goes. */
  readonly hours: number;
  /** When it was not recorded. */
  readonly gaps: readonly { readonly fromSecondsAgo: number; readonly toSecondsAgo: number }[];
}

interface Span {
  readonly from: number;
  readonly to: number;
}

/** The recordings of a recorder, or on the card of a camera. Times in milliseconds since 1970, by the device's clock. */
export class Recordings {
  readonly all: readonly Recording[];

  constructor(facts: readonly RecordingFacts[], now: () => number) {
    this.all = facts.map((each) => new Recording(each, now));
  }

  find(token: string): Recording | undefined {
    return this.all.find((each) => each.token === token);
  }

  /** Nothing is recorded any more, until `resume`. */
  pause(): void {
    for (const each of this.all) each.pause();
  }

  resume(): void {
    for (const each of this.all) each.resume();
  }
}

/** One recording, which goes on. */
export class Recording {
  readonly token: string;
  readonly source: string;
  readonly earliest: number;
  readonly #now: () => number;
  readonly #gaps: Span[];
  #pausedAt: number | undefined;

  constructor({ token, source, hours, gaps }: RecordingFacts, now: () => number) {
    this.token = token;
    this.source = source;
    this.#now = now;
    const at = now();
    this.earliest = at - hours * 3_600_000;
    this.#gaps = gaps.map(({ fromSecondsAgo, toSecondsAgo }) => ({ from: at - fromSecondsAgo * 1000, to: at - toSecondsAgo * 1000 }));
  }

  get latest(): number {
    return this.#pausedAt ?? this.#now();
  }

  get recording(): boolean {
    return this.#pausedAt === undefined;
  }

  /** Whether there is a picture of that moment. */
  has(at: number): boolean {
    return at >= this.earliest && at <= this.latest && !this.#gaps.some(({ from, to }) => at >= from && at < to);
  }

  pause(): void {
    this.#pausedAt ??= this.#now();
  }

  resume(): void {
    if (this.#pausedAt !== undefined) this.#gaps.push({ from: this.#pausedAt, to: this.#now() });
    this.#pausedAt = undefined;
  }
}

import type { Peer } from './notifier.ts';

/** What can happen to frames between the controller and the world. */
export class Line {
  readonly #transmit: (frame: Buffer, to: Peer) => void;
  #state: 'clear' | 'drop' | 'stall' | 'garble' | 'truncate' = 'clear';
  #held: { frame: Buffer; to: Peer }[] = [];
  #garbled = 0;

  constructor(transmit: (frame: Buffer, to: Peer) => void) {
    this.#transmit = transmit;
  }

  /** Whether requests reach the controller. */
  get open(): boolean {
    return this.#state !== 'drop';
  }

  /** Nothing arrives and nothing leaves. */
  drop(): void {
    this.#state = 'drop';
  }

  /** Answers are held back until `clear`, and then sent far too late. */
  stall(): void {
    this.#state = 'stall';
  }

  /** Answers leave broken. */
  garble(): void {
    this.#state = 'garble';
  }

  /** Answers leave cut in half. */
  truncate(): void {
    this.#state = 'truncate';
  }

  clear(): void {
    this.#state = 'clear';
    for (const { frame, to } of this.#held.splice(0)) this.#transmit(frame, to);
  }

  send(frame: Buffer, to: Peer): void {
    if (this.#state === 'drop') return;
    if (this.#state === 'stall') this.#held.push({ frame, to });
    else this.#transmit(this.#spoilt(frame), to);
  }

  #spoilt(frame: Buffer): Buffer {
    if (this.#state === 'garble') return this.#broken(frame);
    return this.#state === 'truncate' ? frame.subarray(0, Math.floor(frame.length / 2)) : frame;
  }

  /** In turn: cut in half, not BACnet at all, and an answer whose parameters are noise. */
  #broken(frame: Buffer): Buffer {
    const copy = Buffer.from(frame);
    switch (this.#garbled++ % 3) {
      case 0:
        return copy.subarray(0, Math.floor(copy.length / 2));
      case 1:
        return copy.fill(0xa5);
      default:
        return copy.fill(0xff, Math.min(9, copy.length));
    }
  }
}

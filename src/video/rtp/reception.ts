import { receiverReport } from './rtcp.ts';
import type { SenderReport } from './rtcp.ts';
import type { RtpPacket } from './rtp.ts';
import { TICKS_PER_SECOND } from './timeline.ts';

/** A step of the numbers beyond this is a camera that counts anew (RFC 3550, A.1: MAX_DROPOUT, MAX_MISORDER). */
const MAX_DROPOUT = 3000;
const MAX_MISORDER = 100;
const TICKS_PER_MS = TICKS_PER_SECOND / 1000;

/** Counts what arrives from one camera and what does not, for its receiver reports (RFC 3550, 6.4.1, A.3, A.8). */
export class Reception {
  readonly #ownSource: number;
  #source: number | undefined;
  /** Extended by how often the numbers wrapped. */
  #base = 0;
  #highest = 0;
  #received = 0;
  #lostBefore = 0;
  #reported = { expected: 0, received: 0 };
  #jitter = 0;
  #lastTransit: number | undefined;
  #senderReport: { readonly ntpMiddle: number; readonly arrivedMs: number } | undefined;

  constructor(ownSource: number) {
    this.#ownSource = ownSource;
  }

  /** Packets that never came. */
  get lost(): number {
    return this.#lostBefore + Math.max(this.#expected - this.#received, 0);
  }

  /** `arrivedMs`: on any scale that never jumps. */
  packet({ sequence, source, timestamp }: RtpPacket, arrivedMs: number): void {
    const step = (sequence - this.#highest) & 0xffff;
    const anew = step >= MAX_DROPOUT && step < 0x10000 - MAX_MISORDER;
    if (this.#source !== source || anew) this.#begin(source, sequence);
    else if (step < MAX_DROPOUT) this.#highest += step;
    this.#received += 1;

    const transit = arrivedMs * TICKS_PER_MS - timestamp;
    if (this.#lastTransit !== undefined) {
      const difference = Math.abs(transit - this.#lastTransit);
      // A wrap or jump of the RTP clock is no jitter.
      if (difference < TICKS_PER_SECOND) this.#jitter += (difference - this.#jitter) / 16;
    }
    this.#lastTransit = transit;
  }

  senderReport({ ntpMiddle }: SenderReport, arrivedMs: number): void {
    this.#senderReport = { ntpMiddle, arrivedMs };
  }

  /** The compound packet that tells the camera how well it is received, since the report before. */
  report(nowMs: number): Buffer {
    if (this.#source === undefined) return receiverReport(this.#ownSource, undefined);
    const expected = this.#expected - this.#reported.expected;
    const lost = expected - (this.#received - this.#reported.received);
    this.#reported = { expected: this.#expected, received: this.#received };
    return receiverReport(this.#ownSource, {
      source: this.#source,
      fractionLost: expected <= 0 || lost <= 0 ? 0 : Math.min(255, Math.floor((lost * 256) / expected)),
      lost: this.#expected - this.#received,
      highestSequence: this.#highest,
      jitter: Math.floor(this.#jitter),
      lastSenderReport: this.#senderReport?.ntpMiddle ?? 0,
      delay: this.#senderReport === undefined ? 0 : Math.round(((nowMs - this.#senderReport.arrivedMs) * 65_536) / 1000),
    });
  }

  get #expected(): number {
    return this.#source === undefined ? 0 : this.#highest - this.#base + 1;
  }

  #begin(source: number, sequence: number): void {
    this.#lostBefore = this.lost;
    this.#source = source;
    this.#base = sequence;
    this.#highest = sequence;
    this.#received = 0;
    this.#reported = { expected: 0, received: 0 };
    this.#lastTransit = undefined;
  }
}

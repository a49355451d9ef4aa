import type { RtpPacket } from './rtp.ts';

/** More packets than this are not waited with: a large key frame's worth. */
const MAX_WAITING = 256;
/** How long a packet waits for those before it: networks that reorder do so by milliseconds, and live is live. */
const MAX_WAIT_MS = 60;

/**
 * Hands the packets of one camera on in the order of their numbers, which UDP does not keep. Those that a missing one holds up wait for it only so long;
 * then they go on with a gap. No timer: the next packet that arrives ends the wait, and before it comes nothing could be shown anyway.
 */
export class ReorderBuffer {
  readonly #deliver: (packet: RtpPacket) => void;
  readonly #waiting = new Map<number, RtpPacket>();
  #next: number | undefined;
  #source: number | undefined;
  #waitingSinceMs = 0;

  constructor(deliver: (packet: RtpPacket) => void) {
    this.#deliver = deliver;
  }

  /** The packet's bytes must stay as they are. `nowMs`: on any scale that never jumps. */
  push(packet: RtpPacket, nowMs: number): void {
    if (packet.source !== this.#source) {
      this.#releaseAll();
      this.#source = packet.source;
      this.#next = packet.sequence;
    }
    const ahead = this.#distance(packet.sequence);
    // Behind: late, twice, or counted anew. The depacketiser tells these apart.
    if (ahead >= 0x8000) this.#deliver(packet);
    else if (ahead === 0) this.#handOn(packet);
    else {
      if (this.#waiting.size === 0) this.#waitingSinceMs = nowMs;
      this.#waiting.set(packet.sequence, packet);
    }
    while (this.#waiting.size > 0 && (nowMs - this.#waitingSinceMs > MAX_WAIT_MS || this.#waiting.size > MAX_WAITING)) this.#skipGap(nowMs);
  }

  #distance(sequence: number): number {
    return (sequence - (this.#next ?? sequence)) & 0xffff;
  }

  #handOn(packet: RtpPacket): void {
    for (let each: RtpPacket | undefined = packet; each !== undefined; each = this.#waiting.get(this.#next)) {
      this.#waiting.delete(each.sequence);
      this.#next = (each.sequence + 1) & 0xffff;
      this.#deliver(each);
    }
  }

  /** Gives up what is missing before the first packet that waits. */
  #skipGap(nowMs: number): void {
    const [first] = [...this.#waiting.values()].sort((a, b) => this.#distance(a.sequence) - this.#distance(b.sequence));
    if (first !== undefined) this.#handOn(first);
    this.#waitingSinceMs = nowMs;
  }

  #releaseAll(): void {
    while (this.#waiting.size > 0) this.#skipGap(0);
  }
}

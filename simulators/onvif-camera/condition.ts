/** How a camera does at the moment: faults set it, its services look at it. */
export class Condition {
  /** Accepts connections and requests, never answers; no pictures. */
  stalled = false;
  /** What it sends is damaged. */
  garbled = false;
  /** Takes no password for right. */
  rejectsAuthentication = false;
  /** Every byte of an answer goes in a segment of its own. */
  sendsSingleBytes = false;
  /** Answers to PullMessages end in the middle. */
  cutsReplies = false;
  /** How far its clock is ahead, in milliseconds. */
  clockSkewMs = 0;
  /** So many of a hundred RTP packets never leave. */
  lostPercent = 0;
  /** Datagrams overtake each other. */
  reordersDatagrams = false;
  /** How far its RTP clock is ahead of what it was, in milliseconds. */
  rtpClockJumpMs = 0;

  /** The camera's own clock, milliseconds since 1970. */
  now(): number {
    return Date.now() + this.clockSkewMs;
  }

  /** Whether the next RTP packet is lost. */
  losesPacket(): boolean {
    return Math.random() * 100 < this.lostPercent;
  }

  clear(): void {
    this.stalled = false;
    this.garbled = false;
    this.rejectsAuthentication = false;
    this.sendsSingleBytes = false;
    this.cutsReplies = false;
    this.clockSkewMs = 0;
    this.lostPercent = 0;
    this.reordersDatagrams = false;
    this.rtpClockJumpMs = 0;
  }
}

/** A copy of `bytes` with a fifth of them replaced at random. */
export function garble(bytes: Buffer): Buffer {
  const damaged = Buffer.from(bytes);
  for (let n = 0; n < damaged.length; n++) if (Math.random() < 0.2) damaged[n] = Math.floor(Math.random() * 256);
  return damaged;
}

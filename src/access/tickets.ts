import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Clock, EpochMs } from '../domain/clock.ts';
import type { PointId } from '../domain/point.ts';

/** What a ticket admits to: a tile's stream, one picture, or the download of a part of the past. */
export const ticketPurposes = ['video', 'picture', 'clip'] as const;
export type TicketPurpose = (typeof ticketPurposes)[number];

/** What a ticket is bound to; it is worth nothing for anything else. */
export interface TicketClaim {
  readonly purpose: TicketPurpose;
  readonly camera: PointId;
  /** The account or token. */
  readonly user: string;
  /** A digest of the session's or token's secret: who signs out takes the tickets along. */
  readonly session: string;
}

/** Long enough to open a connection over a bad line. */
export const TICKET_SECONDS = 30;
const NONCE_BYTES = 12;
/** Remembered until they would have expired anyway; beyond this none is taken any more. */
const MAX_USED = 100_000;

/**
 * Short-lived admissions to the pictures of one camera, each good for once. They are signed with a key that never leaves the memory,
 * so a restart ends them all; a console asks for new ones.
 */
export class Tickets {
  readonly #clock: Clock;
  readonly #key = randomBytes(32);
  /** Nonces of those that were used, with the end of their time, oldest first. */
  readonly #used = new Map<string, EpochMs>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  issue(claim: TicketClaim): { readonly ticket: string; readonly expiresAt: EpochMs } {
    const expiresAt = Math.floor(this.#clock.now()) + TICKET_SECONDS * 1000;
    const nonce = randomBytes(NONCE_BYTES).toString('base64url');
    return { ticket: `${expiresAt.toString(36)}.${nonce}.${this.#sign(claim, expiresAt, nonce)}`, expiresAt };
  }

  /** Uses a ticket up. @returns why it does not admit to `claim`, in a sentence; undefined when it does. */
  redeem(ticket: string | undefined, claim: TicketClaim): string | undefined {
    const now = this.#clock.now();
    this.#forget(now);
    const [expires = '', nonce = '', signature = '', more] = (ticket ?? '').split('.');
    const expiresAt = parseInt(expires, 36);
    if (signature === '' || more !== undefined || !Number.isSafeInteger(expiresAt)) return 'a ticket is needed: POST /api/v1/tickets gives one';
    if (!sameText(signature, this.#sign(claim, expiresAt, nonce))) return 'the ticket is not for this camera, user and purpose';
    if (expiresAt <= now) return 'the ticket has expired';
    if (this.#used.has(nonce)) return 'the ticket was used already';
    if (this.#used.size >= MAX_USED) return 'too many tickets were used: try again in a moment';
    this.#used.set(nonce, expiresAt);
    return undefined;
  }

  #sign({ purpose, camera, user, session }: TicketClaim, expiresAt: EpochMs, nonce: string): string {
    return createHmac('sha256', this.#key)
      .update(JSON.stringify([purpose, camera, user, session, expiresAt, nonce]))
      .digest('base64url');
  }

  #forget(now: EpochMs): void {
    for (const [nonce, expiresAt] of this.#used) {
      if (expiresAt > now) return;
      this.#used.delete(nonce);
    }
  }
}

function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

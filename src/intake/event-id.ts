import { randomFillSync } from 'node:crypto';

/** 128 random bits, as in a UUID, in 22 letters. */
const BYTES = 16;
const pool = Buffer.alloc(BYTES * 256);
let next = pool.length;

/** An identifier that no other event has, here or at another site. `randomUUID` puts its text together from 20 pieces, which an event would carry with it. */
export function eventId(): string {
  if (next === pool.length) {
    randomFillSync(pool);
    next = 0;
  }
  next += BYTES;
  return pool.toString('base64url', next - BYTES, next);
}

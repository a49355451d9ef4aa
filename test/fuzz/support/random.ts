/** Numbers from 0 up to 1. */
export type Random = () => number;

/** A generator of its own for each seed (mulberry32): the same seed gives the same numbers on every machine. */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}

/** A seed for part of a run, so that the part can be repeated by itself. */
export function partOf(seed: number, name: string, part: number): number {
  let hash = seed ^ Math.imul(part + 1, 0x9e3779b1);
  for (const byte of Buffer.from(name)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

export const below = (random: Random, end: number) => Math.floor(random() * end);

export function bytesOf(random: Random, most: number): Buffer {
  const bytes = Buffer.alloc(below(random, most + 1));
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = below(random, 256);
  return bytes;
}

export function oneOf<T>(random: Random, things: readonly T[]): T {
  const thing = things[below(random, things.length)];
  if (thing === undefined) throw new Error('nothing to choose from');
  return thing;
}

/** A frame with some of its bits flipped, bytes left out, put in, said twice or cut off; sometimes untouched, sometimes noise. */
export function mutated(random: Random, frame: Buffer): Buffer {
  const kind = random();
  if (kind < 0.05) return Buffer.from(frame);
  if (kind < 0.15) return bytesOf(random, 200);
  let bytes: Buffer = Buffer.from(frame);
  for (let times = 1 + below(random, 4); times > 0; times -= 1) {
    const at = below(random, bytes.length + 1);
    const change = below(random, 6);
    if (change === 0 && at < bytes.length) bytes[at] = (bytes[at] ?? 0) ^ (1 << below(random, 8));
    else if (change === 1 && at < bytes.length) bytes[at] = below(random, 256);
    else if (change === 2) bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + below(random, 4))]);
    else if (change === 3) bytes = Buffer.concat([bytes.subarray(0, at), bytesOf(random, 8), bytes.subarray(at)]);
    else if (change === 4) bytes = Buffer.concat([bytes, bytes.subarray(at)]).subarray(0, 6000);
    else bytes = Buffer.from(bytes.subarray(0, at));
  }
  return bytes;
}

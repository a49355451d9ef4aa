const LOOKS = 2_000_000;
const INTEGERS_PER_LINE = 16;

/** Nanoseconds for one look at a place in so much memory that the processor cannot foresee: what no cache holds costs ten times what a cache holds. */
export function nanosecondsPerLook(megabytes: number): number {
  const lines = (megabytes * 2 ** 20) / 64;
  const next = new Int32Array(lines * INTEGERS_PER_LINE);
  const order = Int32Array.from({ length: lines }, (_, line) => line);
  // One round through all of them (Sattolo's shuffle).
  for (let last = lines - 1; last > 0; last -= 1) {
    const other = Math.floor(Math.random() * last);
    const kept = order[last] ?? 0;
    order[last] = order[other] ?? 0;
    order[other] = kept;
  }
  for (let index = 0; index < lines; index += 1)
    next[(order[index] ?? 0) * INTEGERS_PER_LINE] = (order[(index + 1) % lines] ?? 0) * INTEGERS_PER_LINE;
  let at = follow(next, 0);
  const from = performance.now();
  at = follow(next, at);
  const nanoseconds = ((performance.now() - from) * 1e6) / LOOKS;
  // What is used cannot be left out by the compiler.
  if (at < 0) throw new Error('left the memory');
  return nanoseconds;
}

function follow(next: Int32Array, from: number): number {
  let at = from;
  for (let look = 0; look < LOOKS; look += 1) at = next[at] ?? 0;
  return at;
}

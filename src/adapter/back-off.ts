const FIRST_MS = 500;
const LONGEST_MS = 30_000;

/**
 * How long to wait before attempt number `attempt` + 1 (the first attempt is 1), in milliseconds: doubling from half a second to
 * half a minute, with up to a quarter added so that devices that failed together do not come back together. `random` is in [0, 1).
 */
export function backOffMs(attempt: number, random: number): number {
  const base = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempt - 1, 16));
  return Math.round(base * (1 + random / 4));
}

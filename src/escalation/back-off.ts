/** How long a message is tried. */
export const GIVE_UP_AFTER_MS = 24 * 60 * 60 * 1000;

const FIRST_MS = 2_000;
const LONGEST_MS = 10 * 60 * 1000;

/** How long to wait after the attempt of that number, from 1: doubled each time, ten minutes at most, with up to a fifth less so that messages spread. */
export function backOffMs(attempt: number, random: number): number {
  return Math.round(Math.min(LONGEST_MS, FIRST_MS * 2 ** (attempt - 1)) * (1 - 0.2 * random));
}

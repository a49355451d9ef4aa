import type { EpochMs } from '../domain/clock.ts';

/** "4 s", "3 min", "2 h". */
export function span(from: EpochMs, to: EpochMs): string {
  const seconds = Math.max(0, Math.round((to - from) / 1000));
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}

/** "a", "a or b", "a, b or c". */
export function listed(words: readonly string[], last: 'and' | 'or'): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1) ?? ''}`;
}

/** The first letter in upper case: a sentence begins with it. */
export function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

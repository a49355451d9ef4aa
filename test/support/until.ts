import { setTimeout as tick } from 'node:timers/promises';

/**
 * Waits until `condition` gives something other than undefined or false, looking every few milliseconds.
 * @throws after `limitMs`, naming `what` was waited for.
 */
export async function until<T>(what: string, condition: () => T | undefined | false | Promise<T | undefined | false>, limitMs = 25_000): Promise<T> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    const value = await condition();
    if (value !== undefined && value !== false) return value;
    if (performance.now() > deadline) throw new Error(`waited ${limitMs} ms in vain for ${what}`);
    await tick(5);
  }
}

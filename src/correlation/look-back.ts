import type { Site } from '../domain/site.ts';
import { memoryMs } from './rule-schema.ts';
import type { Rule } from './rule-schema.ts';

/** For messages that were on their way when the gateway stopped. */
const BEYOND_MS = 60 * 1000;

/**
 * How far back a gateway must read its journal to judge an event as if it had never stopped. What is read only for that is itself judged without what came
 * before it, and must not be told.
 */
export function lookBackMs(rules: readonly Rule[], { doors }: Pick<Site, 'doors'>): number {
  return memoryMs(rules, Math.max(0, ...doors.map(({ heldAfterSeconds }) => heldAfterSeconds * 1000))) + BEYOND_MS;
}

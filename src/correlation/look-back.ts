import type { Site } from '../domain/site.ts';
import { memoryMs } from './rule-schema.ts';
import type { Rule } from './rule-schema.ts';

/** For messages that were on their way when the gateway stopped. */
const BEYOND_MS = 60 * 1000;

/** How far back a gateway that starts reads its journal, so that no rule has forgotten anything. */
export function lookBackMs(rules: readonly Rule[], { doors }: Pick<Site, 'doors'>): number {
  return memoryMs(rules, Math.max(0, ...doors.map(({ heldAfterSeconds }) => heldAfterSeconds * 1000))) + BEYOND_MS;
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

const quirksSchema = z.strictObject({
  unknownUnit: z.enum(['silent', 'exception', 'answered']),
  splitHeader: z.enum(['answered', 'ignored']),
  protocolId: z.enum(['refused', 'accepted']),
});

/** How a server differs from others; quirks.yaml explains each. */
export type Quirks = z.infer<typeof quirksSchema>;

/** The manners that quirks.yaml knows, by name. */
export const quirkProfiles: ReadonlyMap<string, Quirks> = new Map(
  Object.entries(z.record(z.string(), quirksSchema).parse(parse(readFileSync(join(import.meta.dirname, 'quirks.yaml'), 'utf8')))),
);

/** @throws Error when quirks.yaml has no such name. */
export function quirksOf(name: string): Quirks {
  const found = quirkProfiles.get(name);
  if (found === undefined) throw new Error(`quirks.yaml has no "${name}"`);
  return found;
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

/** Profiles of what real devices do otherwise than the standard says, by name. */
export interface QuirkProfiles<Changes> {
  readonly names: readonly string[];
  /** Names of profiles, as a simulator's option. */
  readonly option: z.ZodType<string[], string[] | undefined>;
  /** What the named profiles change together; a later one wins. @throws Error naming one that there is not. */
  read(names: readonly string[]): Changes;
}

/**
 * Reads `quirks.yaml` in a simulator's folder: for each profile what it does, where it was `seen`, and the `change` that makes the simulator do it.
 * `changes` has a default for everything that can be changed: the standard's way. @throws Error naming what is wrong in the file.
 */
export function quirkProfiles<Shape extends z.ZodRawShape>(folder: string, changes: z.ZodObject<Shape>): QuirkProfiles<z.output<z.ZodObject<Shape>>> {
  const file = join(folder, 'quirks.yaml');
  const profile = z.strictObject({ what: z.string(), seen: z.string(), change: z.looseObject({}) });
  const parsed = z.record(z.string(), profile).safeParse(parse(readFileSync(file, 'utf8')));
  if (!parsed.success) throw new Error(`${file}: ${z.prettifyError(parsed.error)}`);
  const profiles = new Map(Object.entries(parsed.data));
  for (const [name, { change }] of profiles) {
    const checked = changes.safeParse(change);
    if (!checked.success) throw new Error(`${file}: ${name}: ${z.prettifyError(checked.error)}`);
  }
  const names = [...profiles.keys()];
  return {
    names,
    option: z.array(z.enum(names)).default([]).describe('what it does otherwise than the standard says: names in quirks.yaml'),
    read(wanted) {
      const on = wanted.map((name) => {
        const found = profiles.get(name);
        if (found === undefined) throw new Error(`there is no quirk "${name}"; there are ${names.join(', ')}`);
        return found.change;
      });
      return changes.parse(Object.assign({}, ...on));
    },
  };
}

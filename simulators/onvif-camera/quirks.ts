import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

const flag = z.boolean().default(false);

/** What some real cameras do differently; each file of `quirks/` switches on one, and says where it was seen. */
const changes = z.strictObject({
  notAuthorizedAs400: flag,
  faultsWith200: flag,
  timesWithOffset: flag,
  unsubscribeEndsAll: flag,
  neverRestores: flag,
  wrongSubscriptionHost: flag,
  keepsSubscriptions: flag,
  eventServiceHangsUp: flag,
  repeatsNamespaces: flag,
  pullsHangUp: flag,
  basicOnly: flag,
  noEventService: flag,
  oneTopicOnly: flag,
});
export type Quirks = z.infer<typeof changes>;

const file = z.strictObject({ what: z.string(), seen: z.string(), change: changes.partial() });
const folder = join(import.meta.dirname, 'quirks');

/** The names of all quirks, which are those of their files. */
export const quirkNames: readonly string[] = readdirSync(folder)
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => name.slice(0, -'.yaml'.length))
  .sort();

/** All of the named quirks together. @throws Error naming one that there is not, or whose file is wrong. */
export function readQuirks(names: readonly string[]): Quirks {
  const on = names.map((name) => {
    if (!quirkNames.includes(name)) throw new Error(`there is no quirk "${name}"; there are ${quirkNames.join(', ')}`);
    return file.parse(parse(readFileSync(join(folder, `${name}.yaml`), 'utf8'))).change;
  });
  return changes.parse(Object.assign({}, ...on));
}

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { availabilitySchema, topicMappingSchema } from './topic-mapping.ts';

const folder = join(import.meta.dirname, 'profiles');

/** The products for which the folder holds a file of mappings. */
export const profileNames = readdirSync(folder)
  .filter((file) => file.endsWith('.yaml'))
  .map((file) => file.slice(0, -'.yaml'.length)) as [string, ...string[]];

const profileSchema = z.strictObject({
  /** What `{prefix}` in the topics stands for unless the site file says otherwise. */
  prefix: z.string(),
  availability: z.array(availabilitySchema).default([]),
  mappings: z.array(topicMappingSchema),
});
export type Profile = Pick<z.infer<typeof profileSchema>, 'availability' | 'mappings'>;

/** Reads the mappings for a product, its topics under `prefix`. @throws Error when the file is not as it should be. */
export function readProfile(name: string, prefix?: string): Profile {
  const profile = profileSchema.parse(parse(readFileSync(join(folder, `${name}.yaml`), 'utf8')));
  const placed = <T extends { topic: string }>(each: T): T => ({ ...each, topic: each.topic.replace('{prefix}', prefix ?? profile.prefix) });
  return { availability: profile.availability.map(placed), mappings: profile.mappings.map(placed) };
}

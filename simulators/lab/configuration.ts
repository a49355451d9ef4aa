import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

const secretSchema = z.strictObject({ secret: z.string().regex(/^[a-z0-9-]+$/), characters: z.number().int().min(8).max(64).default(24) });

const configurationSchema = z.strictObject({
  control: z.strictObject({ host: z.string(), port: z.number().int() }),
  /** What signs messages to the pager of the control interface, which takes any. */
  pager: z.strictObject({ key: z.union([z.string(), secretSchema]) }).exactOptional(),
  /** Whether the scenarios of simulators/scenarios are for these simulators. */
  scenarios: z.boolean().default(true),
  simulators: z.array(z.looseObject({ id: z.string(), simulator: z.string() })),
});
export type LabConfiguration = z.infer<typeof configurationSchema>;

/**
 * Reads the lab's list of simulators. A value `{ secret: NAME }` is replaced by a password of the lab's own, kept in
 * `secretsFolder/NAME`, where the gateway's site file finds it too; it is made up at the first start.
 * @throws Error naming the file and what is wrong in it.
 */
export function readLabConfiguration(file: string, secretsFolder: string): LabConfiguration {
  const parsed = configurationSchema.safeParse(parse(readFileSync(file, 'utf8')));
  if (!parsed.success) throw new Error(`${file}: ${z.prettifyError(parsed.error)}`);
  return withSecrets(parsed.data, secretsFolder) as LabConfiguration;
}

function withSecrets(value: unknown, folder: string): unknown {
  if (Array.isArray(value)) return value.map((each) => withSecrets(each, folder));
  if (typeof value !== 'object' || value === null) return value;
  const secret = secretSchema.safeParse(value);
  if (secret.success) return labSecret(join(folder, secret.data.secret), secret.data.characters);
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withSecrets(each, folder)]));
}

function labSecret(file: string, characters: number): string {
  if (!existsSync(file)) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, randomBytes(characters).toString('hex').slice(0, characters));
    chmodSync(file, 0o600);
  }
  return readFileSync(file, 'utf8').trim();
}

import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { ConfigurationError } from './contract.ts';

/** A secret is never in the site file: the file says where it is kept. */
export type SecretReference = { readonly env: string } | { readonly file: string };

/** The schema of an option that holds a secret: `{ env: NAME }` or `{ file: PATH }`, the path relative to the site file. */
export function secret(description: string) {
  return z
    .union(
      [
        z.strictObject({
          env: z
            .string()
            .regex(/^[A-Za-z_][A-Za-z0-9_]*$/)
            .describe('name of an environment variable'),
        }),
        z.strictObject({ file: z.string().min(1).describe('path of a file that holds the secret alone, relative to the site file') }),
      ],
      { error: 'write { env: NAME } or { file: PATH }: a secret itself is never in this file' },
    )
    .describe(`${description} By reference: { env: NAME } or { file: PATH }.`);
}

/**
 * Reads a secret. `resolvePath` makes a path of the site file absolute. One trailing line end is not part of the secret.
 * @throws ConfigurationError naming the variable or file that is missing or empty.
 */
export async function readSecret(reference: SecretReference, resolvePath: (path: string) => string): Promise<string> {
  if ('env' in reference) {
    const value = process.env[reference.env];
    if (value === undefined || value === '') throw new ConfigurationError(`environment variable ${reference.env} is not set`);
    return value;
  }
  const path = resolvePath(reference.file);
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new ConfigurationError(`secret file ${path} cannot be read`, { cause });
  });
  const value = text.replace(/\r?\n$/, '');
  if (value === '') throw new ConfigurationError(`secret file ${path} is empty`);
  return value;
}

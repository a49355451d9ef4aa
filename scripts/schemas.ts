import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'prettier';
import { loadAdapters } from '../src/adapter/loader.ts';
import { ruleFileJsonSchema } from '../src/correlation/rule-schema.ts';
import { procedureFileJsonSchema } from '../src/procedures/schema.ts';
import { siteJsonSchema } from '../src/site/json-schema.ts';

// node --import tsx scripts/schemas.ts
//
// Writes the JSON Schemas of site, rule and procedure files, from which editors complete and explain. test/rules/schemas.test.ts sees that they are current.

const config = join(import.meta.dirname, '..', 'config');

/** The files' paths and texts as they should be. */
export async function schemaFiles(): Promise<readonly { readonly path: string; readonly text: string }[]> {
  const written = async (name: string, schema: unknown) => ({
    path: join(config, name),
    text: await format(JSON.stringify(schema), { parser: 'json', printWidth: 150 }),
  });
  return Promise.all([
    written('site.schema.json', siteJsonSchema(await loadAdapters())),
    written('rule.schema.json', ruleFileJsonSchema()),
    written('procedure.schema.json', procedureFileJsonSchema()),
  ]);
}

if (process.argv[1] === import.meta.filename) for (const { path, text } of await schemaFiles()) writeFileSync(path, text);

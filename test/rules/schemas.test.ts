import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { schemaFiles } from '../../scripts/schemas.ts';

describe('the JSON Schemas in config', () => {
  it('are current: otherwise run node --import tsx scripts/schemas.ts', async () => {
    for (const { path, text } of await schemaFiles()) assert.equal(readFileSync(path, 'utf8'), text, path);
  });
});

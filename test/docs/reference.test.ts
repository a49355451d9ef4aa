import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { referencePages } from '../../scripts/docs-reference.ts';

const folder = resolve(import.meta.dirname, '..', '..', 'docs', 'reference');

describe('the reference of the site file and of the REST interface', () => {
  it('says what the code says: run "npm run docs" after a change', async () => {
    for (const [name, text] of await referencePages()) assert.equal(readFileSync(join(folder, name), 'utf8'), text, name);
  });
});

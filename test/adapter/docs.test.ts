import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { adaptersPage, pageFile } from '../../scripts/docs-adapters.ts';

describe('docs/adapters/README.md', () => {
  it('is what the adapters say now', async () => {
    const written = readFileSync(pageFile, 'utf8');
    assert.equal(written === (await adaptersPage()), true, 'it is stale: run `node --import tsx scripts/docs-adapters.ts`');
  });
});

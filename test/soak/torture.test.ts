import assert from 'node:assert/strict';
import { isFlawless } from '../../scripts/torture/audit.ts';
import { torture } from '../../scripts/torture/run.ts';

describe('a gateway that is killed under load', () => {
  it('loses no signal that it has acknowledged, and opens no incident twice', async function () {
    this.timeout(180_000);
    const result = await torture({ kills: 5, seconds: 40 });
    assert(isFlawless(result), JSON.stringify(result));
    assert(result.kills > 0);
    assert(result.acknowledged > 0);
    assert(result.incidents > 0);
  });
});

import assert from 'node:assert/strict';
import fc from 'fast-check';

describe('a property that fails', () => {
  const fails = () => fc.assert(fc.property(fc.nat(), (number) => number < 0));

  it('says its seed, and is not tried again', function () {
    this.retries(2);
    assert.throws(fails, /seed: -?\d+/);
    assert.equal(this.test?.retries(), 0);
  });

  it('is not tried again either when it waits for something', async function () {
    this.retries(2);
    await assert.rejects(async () => fc.assert(fc.asyncProperty(fc.nat(), (number) => Promise.resolve(number < 0))), /seed: -?\d+/);
    assert.equal(this.test?.retries(), 0);
  });

  it('leaves other tests to be tried again', function () {
    this.retries(2);
    fc.assert(fc.property(fc.nat(), (number) => number >= 0));
    assert.equal(this.test?.retries(), 2);
  });
});

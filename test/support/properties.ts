import fc from 'fast-check';

// Mocha loads this before the tests (package.json). A test with sockets is repeated when it fails on a busy machine. A property is not: one
// failure is a counterexample, and the next run would try other values and hide it. What is thrown names the seed.

let running: Mocha.Test | undefined;

/** Mocha's hooks around every test. */
export const mochaHooks: Mocha.RootHookObject = {
  beforeEach(this: Mocha.Context) {
    running = this.currentTest;
  },
};

fc.configureGlobal({
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- a plugin, which is to replace it, cannot be set for all properties
  reporter(run) {
    if (!run.failed) return;
    running?.retries(0);
    throw new Error(fc.defaultReportMessage(run), { cause: run.errorInstance });
  },
});

import assert from 'node:assert/strict';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { pino } from 'pino';
import { WorkerRunner } from '../../../src/adapter/worker/worker-runner.ts';
import { systemClock } from '../../../src/domain/clock.ts';

const LIMIT_MS = 45_000;
const asked = {
  interface: { address: '127.0.0.1', netmask: '255.0.0.0' },
  account: { username: 'u', password: 'open sesame' },
  timeoutMs: 1_000,
  clock: systemClock,
};

describe('the search of an adapter in a thread', function () {
  this.timeout(2 * LIMIT_MS);
  let runner: WorkerRunner;
  const search = (deed: string, signal = new AbortController().signal) => runner.discover({ ...asked, host: deed, signal });

  beforeEach(() => {
    const module = new URL('fixtures/searching.ts', import.meta.url).href;
    const limits = { memoryMb: 64, silentSeconds: 2, loadSeconds: 45 };
    runner = new WorkerRunner({ name: 'searching', module, clock: systemClock, log: pino({ level: 'silent' }), limits });
  });
  afterEach(() => runner.close());

  it('is told whom to ask with what, and tells what it found without the password', async () => {
    const [found] = await search('finds');
    assert.deepEqual([found?.name, found?.remark], ['127.0.0.1', 'asked as u with [secret]']);
  });

  it('may loop for a while without holding up the gateway', async () => {
    await search('finds');
    const delays = monitorEventLoopDelay({ resolution: 10 });
    delays.enable();
    const found = await search('loops for a while');
    delays.disable();
    assert.equal(found.length, 1);
    assert.ok(delays.max / 1e6 < 1_000, `the gateway's own thread stood still for ${delays.max / 1e6} ms`);
  });

  for (const [deed, reason] of [
    ['loops for ever', /did not answer for 2 s/],
    ['throws from a callback', /the adapter crashed: a callback went wrong/],
    ['quotes the password', /^Error: refused \[secret\]$/],
  ] as const) {
    it(`that ${deed} has failed, saying so, and harms nobody else`, async () => {
      await assert.rejects(search(deed), reason);
      assert.equal((await search('finds')).length, 1);
    });
  }

  it('that never ends is given up when it is told to, and its thread ends with the runner', async () => {
    const stop = new AbortController();
    const searching = search('never ends', stop.signal);
    stop.abort(new Error('interrupted'));
    await assert.rejects(searching, /interrupted/);
  });
});

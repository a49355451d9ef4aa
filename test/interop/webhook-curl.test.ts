import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { listen, TOKEN } from '../adapters/webhook/bench.ts';
import type { Listening } from '../adapters/webhook/bench.ts';

const run = promisify(execFile);
const hasCurl = spawnSync('curl', ['--version']).error === undefined;
const body = '{"type": "granted", "door": "A", "credential": "1001", "time": 1768478400}';

describe(`curl as a sender of webhooks${hasCurl ? '' : ' (not run: curl is not installed)'}`, function () {
  let listening: Listening;
  before(function () {
    if (!hasCurl) this.skip();
  });
  beforeEach(async () => {
    listening = await listen();
  });
  afterEach(async () => {
    listening.host.abort();
    await listening.connection.done;
  });

  const post = async (...more: string[]) => {
    const authorization = `Authorization: Bearer ${TOKEN}`;
    const fixed = [
      '-sS',
      '-m',
      '10',
      '-w',
      '%{http_code}',
      '-H',
      'Content-Type: application/json',
      '-H',
      authorization,
      '--data-binary',
      '@-',
      ...more,
    ];
    const running = run('curl', [...fixed, listening.url]);
    running.child.stdin?.end(body);
    return (await running).stdout;
  };

  it('is answered when it posts, in chunks, after asking whether to continue, and twice on one connection', async () => {
    assert.equal(await post(), '{"accepted":1}\n200');
    assert.equal(await post('-H', 'Transfer-Encoding: chunked'), '{"accepted":1}\n200');
    assert.equal(await post('-H', 'Expect: 100-continue'), '{"accepted":1}\n200');
    assert.equal(await post(listening.url), '{"accepted":1}\n200{"accepted":1}\n200');
    assert.equal(listening.host.reported.length, 5);
  });

  it('is refused when its body is larger than it may be', async () => {
    const running = run('curl', [
      '-sS',
      '-m',
      '10',
      '-o',
      '/dev/null',
      '-w',
      '%{http_code}',
      '-H',
      'Content-Type: application/json',
      '-H',
      `Authorization: Bearer ${TOKEN}`,
      '--data-binary',
      '@-',
      listening.url,
    ]);
    running.child.stdin?.end(`"${'x'.repeat(2_000_000)}"`);
    assert.equal((await running).stdout, '413');
  });
});

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';

const root = join(import.meta.dirname, '..', '..');
/** What an adapter, its simulator, the battery and the page about adapters stand on. */
const parts = ['package.json', 'scripts', 'simulators/simulator.ts', 'src', 'test/conformance', 'test/support'];
const LIMIT_MS = 120_000;

describe('npm run new-adapter', function () {
  this.timeout(2 * LIMIT_MS);
  let copy: string;

  const run = (...args: string[]) => spawnSync(process.execPath, args, { cwd: copy, encoding: 'utf8', timeout: LIMIT_MS });
  const newAdapter = (...names: string[]) => run('--import', 'tsx', join('scripts', 'new-adapter.ts'), ...names);

  before(() => {
    copy = mkdtempSync(join(tmpdir(), 'sallyport-new-adapter-'));
    // The drivers of the other adapters stay behind, as those do.
    const wanted = (file: string) => !file.endsWith('.driver.ts') && !file.includes(join('src', 'console') + sep);
    for (const part of parts) cpSync(join(root, part), join(copy, part), { recursive: true, filter: wanted });
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'), 'dir');
  });
  after(() => rmSync(copy, { recursive: true, force: true }));

  it('makes an adapter that passes the conformance battery and its own tests at once', () => {
    const made = newAdapter('gate-board');
    assert.equal(made.status, 0, made.stderr);
    const mocha = join('node_modules', 'mocha', 'bin', 'mocha.js');
    const specs = ['test/conformance/conformance.test.ts', 'test/adapters/gate-board/*.test.ts'];
    const { status, stdout, stderr } = run(mocha, '--no-config', '--no-package', '--import=tsx', ...specs);
    assert.equal(status, 0, stdout + stderr);
    assert.match(stdout, /gate-board\n.*reports every stimulus once, in order/s);
    assert.doesNotMatch(stdout, /failing|pending/);
  });

  it('makes one that the page about adapters describes, with its quality', () => {
    const { status, stderr } = run('--import', 'tsx', join('scripts', 'docs-adapters.ts'));
    assert.equal(status, 0, stderr);
    const page = readFileSync(join(copy, 'docs', 'adapters', 'README.md'), 'utf8');
    assert.match(page, /\[gate-board\]\(#gate-board\)/);
    assert.doesNotMatch(page, /not assessed/);
  });

  it('leaves what is there alone', () => {
    const again = newAdapter('gate-board');
    assert.equal(again.status, 2);
    assert.match(again.stderr, /adapters\/gate-board\/README\.md is there already/);
  });

  for (const name of ['Gate', '../gate', 'gate_board', '']) {
    it(`refuses the name "${name}" and says what a name is`, () => {
      const refused = newAdapter(name);
      assert.equal(refused.status, 2);
      assert.match(refused.stderr, /Usage: npm run new-adapter -- NAME/);
      assert.equal(existsSync(join(copy, 'adapters', name, 'index.ts')), false);
    });
  }
});

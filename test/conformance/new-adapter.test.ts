import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';

const root = join(import.meta.dirname, '..', '..');
/** What an adapter, its simulator, the battery and the page about adapters stand on. */
const parts = ['package.json', 'scripts', 'simulators/simulator.ts', 'src', 'test/conformance', 'test/support'];
const LIMIT_MS = 120_000;

/** Mistakes that are easily made, each with the test of the battery that must find it. */
const mistakes: readonly { readonly what: string; readonly right: string; readonly wrong: string; readonly found: string }[] = [
  {
    what: 'acknowledges what the journal refused',
    right: "the board repeats it');\n    return;",
    wrong: "the board repeats it');",
    found: 'acknowledges none before',
  },
  {
    what: 'reports a kind that it does not declare',
    right: "kinds: ['door.open']",
    wrong: "kinds: ['door.held']",
    found: 'reports every stimulus once, in order',
  },
  {
    what: 'acknowledges although somebody only looks',
    right: 'if (!host.readOnly) link.send(',
    wrong: 'link.send(',
    found: 'acknowledges nothing while the gateway is away',
  },
  { what: 'reports what it reads on connecting as a change', right: ', initial: true', wrong: '', found: 'reads every state again' },
  {
    what: 'keeps a connection open',
    right: 'const link = await Link.open(options, host);',
    wrong: 'const link = await Link.open(options, host);\n    await Link.open(options, { ...host, signal: new AbortController().signal });',
    found: 'no socket and no timer',
  },
];

describe('npm run new-adapter', function () {
  this.timeout(2 * LIMIT_MS);
  let copy: string;

  const run = (...args: string[]) => spawnSync(process.execPath, args, { cwd: copy, encoding: 'utf8', timeout: LIMIT_MS });
  const newAdapter = (...names: string[]) => run('--import', 'tsx', join('scripts', 'new-adapter.ts'), ...names);

  const battery = (...more: string[]) => {
    const mocha = join('node_modules', 'mocha', 'bin', 'mocha.js');
    return run(mocha, '--no-config', '--no-package', '--import=tsx', 'test/conformance/conformance.test.ts', ...more);
  };

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
    const { status, stdout, stderr } = battery('test/adapters/gate-board/*.test.ts');
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

  for (const { what, right, wrong, found } of mistakes) {
    it(`stands on a battery that notices when an adapter ${what}`, () => {
      const file = join(copy, 'adapters', 'gate-board', 'index.ts');
      const text = readFileSync(file, 'utf8');
      assert(text.includes(right));
      writeFileSync(file, text.replace(right, wrong));
      const { status, stdout } = battery('-g', `gate-board.*${found}`);
      writeFileSync(file, text);
      assert.notEqual(status, 0, stdout);
      assert.match(stdout, /[1-9]\d* failing/);
    });
  }

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

// npm test: installs what is missing, then runs the tests. Types, lint and format need neither compiled packages nor other
// programs, so they begin beside that, and go on beside the tests with what these leave of the processors. Ends with 1 when
// one of them fails.

import { spawn } from 'node:child_process';
import { setPriority } from 'node:os';
import { join } from 'node:path';
import { installPackages, prepare } from './install.mjs';

const root = join(import.meta.dirname, '..');

/** Runs a package's program; resolves to whether it succeeded. Its output appears when it ends, unless it is shown as it comes. */
function run(title, program, args, { shown }) {
  const child = spawn(process.execPath, [join(root, 'node_modules', ...program), ...args], {
    cwd: root,
    stdio: ['ignore', shown ? 'inherit' : 'pipe', shown ? 'inherit' : 'pipe'],
  });
  if (!shown) setPriority(child.pid ?? 0, 10);
  const output = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => output.push(chunk));
  return new Promise((ended) => {
    child.on('close', (code) => {
      if (!shown) console.log(`${title}: ${code === 0 ? 'good' : `failed\n${Buffer.concat(output).toString()}`}`);
      ended(code === 0);
    });
  });
}

async function checks() {
  const types = await run('types', ['typescript', 'bin', 'tsc'], [], { shown: false });
  const lint = await run('lint', ['eslint', 'bin', 'eslint.js'], ['.'], { shown: false });
  const format = await run('format', ['prettier', 'bin', 'prettier.cjs'], ['--check', '--log-level', 'warn', '.'], { shown: false });
  return types && lint && format;
}

async function tests() {
  await prepare({ forTests: true });
  return run('tests', ['mocha', 'bin', 'mocha.js'], [], { shown: true });
}

await installPackages();
const [tested, checked] = await Promise.all([tests(), checks()]);
if (!checked) console.log('types, lint or format failed: see above');
process.exit(tested && checked ? 0 : 1);

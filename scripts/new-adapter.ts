import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { parseArgs } from 'node:util';

// npm run new-adapter -- NAME
//
// Makes an adapter that works: its folder, its simulator's, their tests and the driver of the conformance battery, from scripts/new-adapter/.
// It speaks a small protocol of its own; replace that by the device's, a file at a time, while the battery stays green.

const root = join(import.meta.dirname, '..');
const templates = join(import.meta.dirname, 'new-adapter');
const SUFFIX = '.tmpl';

const { positionals } = parseArgs({ allowPositionals: true });
const [name = ''] = positionals;
const problem = mistake(name, positionals.length);
if (problem === undefined) scaffold(name);
else {
  console.error(`new-adapter: ${problem}\nUsage: npm run new-adapter -- NAME`);
  process.exitCode = 2;
}

function mistake(adapter: string, count: number): string | undefined {
  if (count !== 1) return 'give one name';
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(adapter)) return `"${adapter}" must be lower-case words joined by hyphens, such as wiegand-door`;
  const taken = targets(adapter).find(({ file }) => existsSync(join(root, file)));
  return taken && `${taken.file} is there already`;
}

function scaffold(adapter: string): void {
  for (const { template, file } of targets(adapter)) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), readFileSync(template, 'utf8').replaceAll('__NAME__', adapter));
    console.log(`  ${file}`);
  }
  console.log(`\nNext: npx mocha --no-config --no-package --import=tsx test/conformance/conformance.test.ts -g ${adapter}`);
  console.log('Then: docs/adapters/writing-an-adapter.md');
}

/** Each template with the file that is made of it, relative to the repository. */
function targets(adapter: string): { template: string; file: string }[] {
  return readdirSync(templates, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(SUFFIX))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((template) => ({ template, file: relative(templates, template).slice(0, -SUFFIX.length).replaceAll('NAME', adapter) }));
}

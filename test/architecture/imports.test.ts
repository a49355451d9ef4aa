import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..', '..');

interface Import {
  readonly file: string;
  /** A path from the root for what is ours, else the package's name. */
  readonly target: string;
}

/** Who may import what of ours: the first row whose pattern fits the file counts. */
const rules: readonly { readonly who: RegExp; readonly may: RegExp; readonly why: string }[] = [
  { who: /^src\/domain\//, may: /^src\/domain\//, why: 'the domain imports nothing of ours' },
  { who: /^src\/correlation\//, may: /^src\/(domain|correlation)\//, why: 'correlation imports the domain alone' },
  { who: /^src\/incidents\//, may: /^src\/(domain|incidents)\//, why: 'incidents import the domain alone' },
  {
    who: /^src\/procedures\//,
    may: /^src\/(domain|procedures)\/|^src\/correlation\/(cel|duration)\.ts$/,
    why: 'procedures share the conditions and durations of rules, and know the domain',
  },
  { who: /^src\/escalation\//, may: /^src\/(domain|escalation)\//, why: 'escalation knows the domain alone' },
  { who: /^src\/adapter\//, may: /^src\/(domain|adapter)\//, why: 'the contract stands on the domain alone' },
  { who: /^src\/intake\//, may: /^src\/(domain|intake|store)\//, why: 'intake knows the journal and the domain' },
  {
    who: /^src\/video\//,
    may: /^src\/(domain|adapter|video)\/|^src\/desk\/video-protocol\.ts$/,
    why: 'video knows the contract and the tile’s protocol',
  },
  {
    who: /^src\/console\//,
    may: /^src\/(console|domain)\/|^src\/desk\/(protocol|video-protocol|schemas|[a-z]+-schemas)\.ts$/,
    why: 'the console shares the protocols alone',
  },
  { who: /^src\/(?!main\.ts|cli\/)/, may: /^src\/(?!main\.ts|cli\/)/, why: 'only the command line starts main, and src names no adapter' },
  { who: /^src\//, may: /^src\//, why: 'src names no adapter and no simulator' },
  { who: /^simulators\//, may: /^simulators\//, why: 'a simulator is written from the standard, not from our code' },
];

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(root, file), 'utf8');
  const found = text.matchAll(
    /(?:^|\n)\s*(?:import|export)\b[^;'"]*?\bfrom\s*['"]([^'"]+)['"]|(?:^|\n)\s*import\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/g,
  );
  return [...found].map(([, from, bare, dynamic]) => {
    const specifier = from ?? bare ?? dynamic ?? '';
    return { file, target: specifier.startsWith('.') ? relative(root, resolve(root, dirname(file), specifier)) : specifier };
  });
}

const ours = (target: string) => /^(src|adapters|simulators|test|scripts)\//.test(target);

describe('who imports whom', () => {
  const files = ['src', 'adapters', 'simulators'].flatMap(sources);
  const imports = files.flatMap(importsOf);

  it('finds the sources', () => {
    assert(files.length > 100);
    assert(imports.length > 300);
  });

  it('follows the rules of the architecture', () => {
    const broken = imports
      .filter(({ target }) => ours(target))
      .flatMap(({ file, target }) => {
        const rule = rules.find(({ who }) => who.test(file));
        return rule === undefined || rule.may.test(target) ? [] : [`${file} imports ${target}: ${rule.why}`];
      });
    assert.deepEqual(broken, []);
  });

  it('keeps each adapter to its own folder, the contract and the domain', () => {
    const broken = imports.filter(({ file, target }) => {
      const own = /^adapters\/[^/]+\//.exec(file)?.[0];
      return own !== undefined && ours(target) && !target.startsWith(own) && !/^src\/(adapter|domain)\//.test(target);
    });
    assert.deepEqual(broken, []);
  });

  it('keeps each simulator to its own folder, the simulators’ contract and the form of their quirks; the lab starts them by name', () => {
    const broken = imports.filter(({ file, target }) => {
      const own = /^simulators\/[^/]+\//.exec(file)?.[0];
      return own !== undefined && ours(target) && !target.startsWith(own) && !['simulators/simulator.ts', 'simulators/quirks.ts'].includes(target);
    });
    assert.deepEqual(broken, []);
  });

  it('lets correlation and incidents use RxJS and zod, correlation CEL as well, and no other package', () => {
    const broken = imports.filter(
      ({ file, target }) =>
        /^src\/(domain|correlation|incidents)\//.test(file) &&
        !ours(target) &&
        !/^(rxjs|zod)$/.test(target) &&
        !(target === '@marcbachmann/cel-js' && file.startsWith('src/correlation/')),
    );
    assert.deepEqual(broken, []);
  });

  it('never names an adapter in src', () => {
    const adapters = readdirSync(join(root, 'adapters'));
    const named = files
      .filter((file) => file.startsWith('src/'))
      .filter((file) => adapters.some((adapter) => readFileSync(join(root, file), 'utf8').includes(adapter)));
    assert.deepEqual(named, []);
  });
});

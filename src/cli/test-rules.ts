import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readCases } from '../replay/case-file.ts';
import { runCase, variations } from '../replay/run-case.ts';
import type { Command } from './command.ts';

const shipped = join(import.meta.dirname, '..', '..', 'config', 'rules', 'tests');

const testRules: Command = {
  name: 'test-rules',
  usage: 'sallyport test-rules [FILE...]',
  summary:
    'Runs rule tests in virtual time: as written, with late messages, and with a restart after every event. Without files: those of the shipped rules.',
  run(args) {
    const { positionals } = parseArgs({ args: [...args], allowPositionals: true });
    let [passed, failed] = [0, 0];
    for (const { file, site, rules, cases } of (positionals.length > 0 ? positionals : caseFiles(shipped)).map(readCases)) {
      for (const each of cases) {
        for (const variation of variations) {
          const { failures } = runCase(site, rules, each, variation);
          if (failures.length === 0) passed += 1;
          else failed += 1;
          for (const failure of failures) console.log(`${file}: ${each.name} (${variation}): ${failure}`);
        }
      }
    }
    console.log(`${passed} passed, ${failed} failed`);
    return Promise.resolve(failed === 0 ? 0 : 1);
  },
};
export default testRules;

/** The files of rule tests in a folder; `site.yaml` is the site that they share. */
export function caseFiles(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.yaml') && name !== 'site.yaml')
    .sort()
    .map((name) => join(folder, name));
}

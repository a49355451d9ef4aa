import { parseArgs } from 'node:util';
import { loadAdapters } from '../adapter/loader.ts';
import { checkSite, describeMistake } from '../site/read-site.ts';
import { isError } from '../site/yaml-source.ts';
import { UsageError } from './command.ts';
import type { Command } from './command.ts';

const check: Command = {
  name: 'check',
  usage: 'sallyport check FILE',
  summary: 'Checks a site file, its rules and its procedures, and prints every mistake with its file, line, column and fix.',
  async run(args) {
    const { positionals } = parseArgs({ args: [...args], allowPositionals: true });
    const [file] = positionals;
    if (file === undefined || positionals.length > 1) throw new UsageError('name one site file');
    const { loaded, rules, procedures, mistakes } = checkSite(file, await loadAdapters());
    for (const mistake of mistakes) console.log(describeMistake(mistake));
    const errors = mistakes.filter(isError).length;
    if (errors > 0) {
      console.log(`${errors} ${errors === 1 ? 'mistake' : 'mistakes'}: the gateway would not start with this file`);
      return 1;
    }
    const { site } = loaded;
    const verdict = mistakes.length === 0 ? 'good' : `good, but for ${mistakes.length} ${mistakes.length === 1 ? 'warning' : 'warnings'}`;
    console.log(
      `${file}: ${verdict}. ${site?.devices.length ?? 0} devices, ${site?.doors.length ?? 0} doors, ${site?.cameras.length ?? 0} cameras, ${site?.zones.length ?? 0} zones, ${rules.length} rules, ${procedures.length} procedures`,
    );
    return 0;
  },
};
export default check;

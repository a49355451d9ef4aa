import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { PassCodes } from '../access/pass-codes.ts';
import { openStore } from '../store/database.ts';
import { UsageError } from './command.ts';
import type { Command } from './command.ts';
import { dataFolder, DEFAULT_DATA, readSecretLine } from './options.ts';

const passcode: Command = {
  name: 'passcode',
  usage: 'sallyport passcode (set NAME [--duress] | remove NAME | list) [--data DIR]',
  summary: 'Manages the pass-codes that procedures verify. `set` asks for the code on standard input; --duress sets the one that means a threat.',
  async run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { duress: { type: 'boolean', default: false }, data: { type: 'string', default: DEFAULT_DATA } },
    });
    const [action, name] = positionals;
    const store = openStore(join(dataFolder(values.data), 'sallyport.db'));
    const codes = new PassCodes(store);
    try {
      if (action === 'list') {
        for (const each of codes.list()) console.log(`${each.name}\t${each.duress ? 'with a duress code' : 'without a duress code'}`);
        return 0;
      }
      if (name === undefined) throw new UsageError('name the pass-code');
      if (action === 'set') {
        const what = values.duress ? 'duress code' : 'pass-code';
        await codes.set(name, await readSecretLine(`${what} for ${name}: `), values.duress);
        console.log(`the ${what} for ${name} is set`);
        return 0;
      }
      if (action === 'remove') {
        if (!codes.remove(name)) throw new Error(`there is no pass-code "${name}"`);
        console.log(`the pass-code ${name} is removed`);
        return 0;
      }
      throw new UsageError('say set, remove or list');
    } finally {
      store.close();
    }
  },
};
export default passcode;

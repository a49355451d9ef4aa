import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Accounts } from '../access/accounts.ts';
import { systemClock } from '../domain/clock.ts';
import { roles } from '../domain/roles.ts';
import type { Role } from '../domain/roles.ts';
import { openStore } from '../store/database.ts';
import { UsageError } from './command.ts';
import type { Command } from './command.ts';
import { dataFolder, DEFAULT_DATA, readSecretLine, required } from './options.ts';

const account: Command = {
  name: 'account',
  usage: `sallyport account (set NAME --role ${roles.join('|')} | remove NAME | list) [--data DIR]`,
  summary: 'Manages the accounts of the console. `set` asks for the password on standard input.',
  async run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { role: { type: 'string' }, data: { type: 'string', default: DEFAULT_DATA } },
    });
    const [action, name] = positionals;
    const store = openStore(join(dataFolder(values.data), 'sallyport.db'));
    const accounts = new Accounts(store, systemClock);
    try {
      if (action === 'list') {
        for (const each of accounts.list()) console.log(`${each.name}\t${each.role}`);
        return 0;
      }
      if (name === undefined) throw new UsageError('name the account');
      if (action === 'set') {
        const role = roleOf(values.role);
        await accounts.set(name, role, await readSecretLine(`Password for ${name}: `));
        console.log(`${name} may sign in as ${role}`);
        return 0;
      }
      if (action === 'remove') {
        if (!accounts.remove(name)) throw new Error(`there is no account "${name}"`);
        console.log(`${name} is removed and signed out`);
        return 0;
      }
      throw new UsageError('say set, remove or list');
    } finally {
      store.close();
    }
  },
};
export default account;

/** @throws UsageError naming the roles there are. */
export function roleOf(value: string | undefined): Role {
  const role = roles.find((each) => each === required(value, 'role'));
  if (role === undefined) throw new UsageError(`--role must be one of: ${roles.join(', ')}`);
  return role;
}

import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Accounts } from '../access/accounts.ts';
import { systemClock } from '../domain/clock.ts';
import { roles } from '../domain/roles.ts';
import { openStore } from '../store/database.ts';
import { roleOf } from './account.ts';
import { UsageError } from './command.ts';
import type { Command } from './command.ts';
import { dataFolder, DEFAULT_DATA, required } from './options.ts';

const token: Command = {
  name: 'token',
  usage: `sallyport token (create --role ${roles.join('|')} [--name NAME] | revoke --name NAME | list) [--data DIR]`,
  summary: 'Manages bearer tokens of the REST interface. `create` prints the token once; it cannot be read again.',
  run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { role: { type: 'string' }, name: { type: 'string' }, data: { type: 'string', default: DEFAULT_DATA } },
    });
    const store = openStore(join(dataFolder(values.data), 'sallyport.db'));
    const accounts = new Accounts(store, systemClock);
    try {
      switch (positionals[0]) {
        case 'create': {
          const role = roleOf(values.role);
          const taken = accounts.tokens().length;
          console.log(accounts.createToken(values.name ?? `${role}-${taken + 1}`, role));
          return Promise.resolve(0);
        }
        case 'revoke': {
          const name = required(values.name, 'name');
          if (!accounts.revokeToken(name)) throw new Error(`there is no token "${name}"`);
          console.log(`${name} is revoked`);
          return Promise.resolve(0);
        }
        case 'list':
          for (const { name, role, createdAt } of accounts.tokens()) console.log(`${name}\t${role}\tcreated ${new Date(createdAt).toISOString()}`);
          return Promise.resolve(0);
        default:
          throw new UsageError('say create, revoke or list');
      }
    } finally {
      store.close();
    }
  },
};
export default token;

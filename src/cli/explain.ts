import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Incident } from '../domain/incident.ts';
import { readStore } from '../store/database.ts';
import { IncidentStore } from '../store/incident-store.ts';
import { UsageError } from './command.ts';
import type { Command } from './command.ts';
import { dataFolder, DEFAULT_DATA } from './options.ts';

const explain: Command = {
  name: 'explain',
  usage: 'sallyport explain INCIDENT [--data DIR]',
  summary: 'Tells which rules and events made an incident, and how its priority came about. Works beside a gateway that runs.',
  run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { data: { type: 'string', default: DEFAULT_DATA } },
    });
    const [id] = positionals;
    if (id === undefined || positionals.length > 1) throw new UsageError('name one incident');
    const store = readStore(join(dataFolder(values.data), 'sallyport.db'));
    try {
      const incident = new IncidentStore(store).get(id);
      if (incident === undefined) throw new Error(`there is no incident ${id} in ${values.data}`);
      for (const line of explanation(incident)) console.log(line);
      return Promise.resolve(0);
    } finally {
      store.close();
    }
  },
};
export default explain;

/** The incident's own account of itself, as lines for a person. */
export function explanation({ id, title, state, condition, key, priorityBecause, evidence, log }: Incident): readonly string[] {
  return [
    `${id}  ${title}`,
    `state ${state}, what raised it is ${condition === 'active' ? 'still so' : 'over'}; findings with the key ${key} belong to it`,
    '',
    'priority',
    ...priorityBecause.map(({ priority, because }, index) => `  ${index === 0 ? ' ' : '>'} ${priority}  ${because}`),
    '',
    'evidence, in the order of arrival',
    ...evidence.map(
      ({ at, rule, role, kind, phase, point, event, text }) =>
        `  ${new Date(at).toISOString()}  ${role.padEnd(7)}  rule ${rule}  ${kind} ${phase} at ${point}  (event ${event})\n      ${text}`,
    ),
    '',
    'what was done',
    ...log.map(({ at, by, what, note }) => `  ${new Date(at).toISOString()}  ${by} ${what}${note === undefined ? '' : `: ${note}`}`),
  ];
}

import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { loadAdapters } from '../adapter/loader.ts';
import type { EpochMs } from '../domain/clock.ts';
import type { SecurityEvent } from '../domain/event.ts';
import type { Incident } from '../domain/incident.ts';
import { Journal } from '../intake/journal.ts';
import { compare, replay as replayed, within } from '../replay/replay.ts';
import type { Difference } from '../replay/replay.ts';
import { rulesOf } from '../replay/run-case.ts';
import { loadRules } from '../site/load-rules.ts';
import { loadSite } from '../site/load.ts';
import { describeMistake } from '../site/read-site.ts';
import { isError } from '../site/yaml-source.ts';
import { readStore } from '../store/database.ts';
import { IncidentStore } from '../store/incident-store.ts';
import { UsageError } from './command.ts';
import type { Command } from './command.ts';
import { dataFolder, DEFAULT_DATA, required } from './options.ts';

const PAGE = 5000;
const MOST_INCIDENTS = 1_000_000;

const replay: Command = {
  name: 'replay',
  usage: 'sallyport replay --site FILE --from TIME --to TIME [--rules DIR] [--data DIR]',
  summary: 'Plays the journal of a past time to rules, and prints how the incidents would have differed. Works beside a gateway that runs.',
  async run(args) {
    const { values } = parseArgs({
      args: [...args],
      options: {
        site: { type: 'string' },
        data: { type: 'string', default: DEFAULT_DATA },
        from: { type: 'string' },
        to: { type: 'string' },
        rules: { type: 'string' },
      },
    });
    const [from, to] = [timeOf(values.from, 'from'), timeOf(values.to, 'to')];
    const loaded = loadSite(resolve(required(values.site, 'site')), await loadAdapters());
    const { rules, mistakes } = loadRules(values.rules === undefined ? loaded.ruleFiles : ruleFilesIn(values.rules), loaded.site);
    const errors = [...loaded.mistakes, ...mistakes].filter(isError).map(describeMistake);
    if (errors.length > 0 || loaded.site === undefined) throw new Error(['these rules cannot be replayed:', ...errors].join('\n'));

    const store = readStore(join(dataFolder(values.data), 'sallyport.db'));
    try {
      const stored = new IncidentStore(store);
      const all = stored.list({ state: 'all', limit: MOST_INCIDENTS });
      const then = within(all, from, to);
      const { incidents, events } = replayed({
        site: loaded.site,
        rules,
        events: eventsOf(new Journal(store)),
        then: all,
        measures: stored.allMeasures(),
        from,
        to,
      });
      console.log(`${events} events, ${rules.length} rules: ${then.length} incidents then, ${incidents.length} now`);
      const differences = compare(then, incidents);
      for (const difference of differences) for (const line of describe(difference)) console.log(line);
      if (differences.length === 0) console.log('no difference');
      return 0;
    } finally {
      store.close();
    }
  },
};
export default replay;

function* eventsOf(journal: Journal): Generator<SecurityEvent> {
  for (let after = 0; ;) {
    const page = journal.read({ after, limit: PAGE });
    yield* page;
    const last = page.at(-1);
    if (last === undefined) return;
    after = last.seq;
  }
}

function ruleFilesIn(folder: string): string[] {
  return readdirSync(resolve(folder))
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .map((name) => resolve(folder, name));
}

function timeOf(value: string | undefined, option: string): EpochMs {
  const time = Date.parse(required(value, option));
  if (Number.isNaN(time)) throw new UsageError(`--${option} must be a time such as 2026-10-01 or 2026-10-01T08:00:00Z`);
  return time;
}

function describe(difference: Difference): readonly string[] {
  if (difference.what === 'changed') return [`~ ${line(difference.now)}`, ...difference.how.map((how) => `    ${how}`)];
  return [`${difference.what === 'gone' ? '-' : '+'} ${line(difference.incident)}`];
}

function line(incident: Incident): string {
  const { occurredAt, priority, title, key } = incident;
  return `${new Date(occurredAt).toISOString()}  priority ${priority}  ${title}  (${key}; by ${rulesOf(incident).join(', ')})`;
}

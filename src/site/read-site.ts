import type { Logger } from 'pino';
import type { Adapters } from '../adapter/loader.ts';
import type { Rule } from '../correlation/rule-schema.ts';
import type { Site } from '../domain/site.ts';
import type { Procedure } from '../procedures/schema.ts';
import { criticalWarnings } from './critical-coverage.ts';
import { loadProcedures, procedureIds } from './load-procedures.ts';
import { loadRules } from './load-rules.ts';
import { loadSite } from './load.ts';
import type { LoadedSite } from './load.ts';
import type { SiteFile } from './schema.ts';
import { isError, readYaml } from './yaml-source.ts';
import type { Mistake } from './yaml-source.ts';

/** Everything that the gateway needs to know of its site. */
export interface RunnableSite {
  readonly site: Site;
  readonly rules: readonly Rule[];
  readonly procedures: readonly Procedure[];
  /** Where the console is served. */
  readonly listen: { readonly host: string; readonly port: number };
  readonly labControl: string | undefined;
  /** What happens when nobody acknowledges; nothing unless the file says so. */
  readonly escalation: SiteFile['escalation'];
  /** How much video is kept. */
  readonly video: SiteFile['video'];
}

/** A site file with all the files that it names, and every mistake in them but those that only follow from another. */
export interface CheckedSite {
  readonly loaded: LoadedSite;
  readonly rules: readonly Rule[];
  readonly procedures: readonly Procedure[];
  readonly mistakes: readonly Mistake[];
}

/** Reads and checks them. @throws Error when the site file cannot be read. */
export function checkSite(file: string, adapters: Adapters): CheckedSite {
  const loaded = loadSite(file, adapters);
  const { rules, mistakes: ruleMistakes } = loadRules(loaded.ruleFiles, loaded.site, procedureIds(loaded.procedureFiles));
  // Which incidents there are is not known before the rules are good.
  const good = ruleMistakes.some(isError) ? undefined : rules;
  const { procedures, mistakes: procedureMistakes } = loadProcedures(loaded.procedureFiles, good, loaded.site);
  const unseen = good === undefined ? [] : criticalWarnings(readYaml(file), good, loaded.site, adapters);
  return { loaded, rules, procedures, mistakes: [...loaded.mistakes, ...ruleMistakes, ...procedureMistakes, ...unseen] };
}

/** Reads a site file with its rules. @throws Error that lists every mistake with its place and fix. */
export function readSite(file: string, adapters: Adapters, log: Logger): RunnableSite {
  const { loaded, rules, procedures, mistakes } = checkSite(file, adapters);
  for (const each of mistakes) if (each.severity === 'warning') log.warn(describeMistake(each));
  const errors = mistakes.filter(isError);
  if (errors.length > 0 || loaded.site === undefined || loaded.console === undefined || loaded.video === undefined)
    throw new Error(['the site cannot be run:', ...errors.map(describeMistake)].join('\n'));
  return {
    site: loaded.site,
    rules,
    procedures,
    escalation: loaded.escalation,
    listen: loaded.console,
    labControl: loaded.labControl,
    video: loaded.video,
  };
}

/** `FILE:LINE:COLUMN: what is wrong. Fix: what to do`, which editors and terminals make a link of. */
export function describeMistake({ file, line, column, message, fix, severity }: Mistake): string {
  return `${file}:${line}:${column}: ${severity === 'warning' ? 'warning: ' : ''}${message}. Fix: ${fix}`;
}

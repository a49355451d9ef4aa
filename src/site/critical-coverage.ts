import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Adapters } from '../adapter/loader.ts';
import { isLeadRule } from '../correlation/rule-schema.ts';
import type { Rule } from '../correlation/rule-schema.ts';
import { isNarrowed } from '../correlation/schema/selector.ts';
import { eventKinds, kinds } from '../domain/kinds.ts';
import type { EventKind } from '../domain/kinds.ts';
import type { Site } from '../domain/site.ts';
import { loadRules } from './load-rules.ts';
import { mistake } from './mistakes.ts';
import type { Mistake, YamlSource } from './yaml-source.ts';

const SHIPPED = join(import.meta.dirname, '..', '..', 'config', 'rules');

/**
 * Warns of critical kinds of event that the site's devices can report and for which none of its rules opens an incident: nobody would see them.
 * @param source the site file.
 */
export function criticalWarnings(source: YamlSource, rules: readonly Rule[], site: Site | undefined, adapters: Adapters): readonly Mistake[] {
  const reported = new Set(site?.devices.flatMap(({ adapter }) => adapters.get(adapter)?.kinds ?? []));
  const opened = openedBy(rules);
  const unseen = eventKinds.filter((kind) => kinds[kind].severity === 'critical' && reported.has(kind) && !opened.has(kind));
  if (unseen.length === 0) return [];
  const files = shippedFor(unseen).map((file) => `config/rules/${basename(file)}`);
  const message = `no rule opens an incident for ${unseen.join(', ')}: NOBODY WOULD SEE SUCH AN ALARM, though devices of this site can report it`;
  const own = `write a rule with "when: { event: ${unseen[0] ?? ''} }"`;
  return [
    mistake(source, ['rules'], message, files.length === 0 ? own : `add ${files.join(' and ')} to "rules", or ${own}`, { severity: 'warning' }),
  ];
}

/** The kinds of which every raised event opens an incident. */
function openedBy(rules: readonly Rule[]): ReadonlySet<EventKind> {
  const leading = rules.filter(isLeadRule).filter(({ opens }) => opens !== undefined);
  return new Set(
    leading.flatMap(({ when }) =>
      when.pattern === 'any' ? when.any.filter((each) => each.phase === 'raised' && !isNarrowed(each)).flatMap(({ event }) => event) : [],
    ),
  );
}

/** The rule files that come with Sallyport and open incidents for some of these kinds. */
function shippedFor(unseen: readonly EventKind[]): readonly string[] {
  const files = readdirSync(SHIPPED)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => join(SHIPPED, name));
  return files.filter((file) => {
    const opened = openedBy(loadRules([file]).rules);
    return unseen.some((kind) => opened.has(kind));
  });
}

import { z } from 'zod';
import { NORMAL_THREAT } from '../domain/threat.ts';
import type { Rule } from './rule-schema.ts';
import { isLeadRule, isSupportRule, procedureOf, ruleSchemas, selectorsIn } from './rule-schema.ts';
import { criticalAmong, isNarrowed } from './schema/selector.ts';
import { triggersOf } from './schema/when.ts';

/** A rules file as its YAML was parsed. */
export interface RuleDocument {
  readonly file: string;
  readonly document: unknown;
}

/** What is wrong with a rule, where, and what to do. */
export interface RuleProblem {
  readonly file: string;
  /** Where in the document, for its line and column. */
  readonly path: readonly (string | number)[];
  /** A sentence that says what to write instead. */
  readonly message: string;
}

interface PlacedRule {
  readonly rule: Rule;
  readonly file: string;
  readonly path: readonly (string | number)[];
}

/** What a site has that rules can name. */
export interface SiteNames {
  readonly places: ReadonlySet<string>;
  readonly schedules: ReadonlySet<string>;
  readonly threatLevels?: ReadonlySet<string>;
  readonly procedures?: ReadonlySet<string>;
}

const outerSchema = z.strictObject({ rules: z.array(z.unknown()) });

/**
 * Checks all rules files of a site together. Rules are only fit for use when there are no problems.
 * @param names what the site has, where it is known: a rule that names anything else is mistaken.
 */
export function readRules(
  documents: readonly RuleDocument[],
  names?: SiteNames,
): { readonly rules: readonly Rule[]; readonly problems: readonly RuleProblem[] } {
  const placed: PlacedRule[] = [];
  const problems: RuleProblem[] = [];
  for (const { file, document } of documents) {
    const outer = outerSchema.safeParse(document);
    if (!outer.success) {
      problems.push(...problemsOf(outer.error, file, []));
      continue;
    }
    for (const [index, value] of outer.data.rules.entries()) {
      const path = ['rules', index];
      const parsed = formOf(value).safeParse(value);
      if (parsed.success) placed.push({ rule: parsed.data, file, path });
      else problems.push(...problemsOf(parsed.error, file, path));
    }
  }
  problems.push(...problemsBetween(placed), ...maskedKinds(placed), ...(names === undefined ? [] : unknownNames(placed, names)));
  return { rules: placed.map(({ rule }) => rule), problems };
}

function formOf(value: unknown): (typeof ruleSchemas)[keyof typeof ruleSchemas] {
  const has = (field: string) => typeof value === 'object' && value !== null && field in value;
  return has('strengthens') ? ruleSchemas.support : has('suppresses') ? ruleSchemas.suppress : ruleSchemas.lead;
}

function problemsOf(error: z.ZodError, file: string, base: readonly (string | number)[]): RuleProblem[] {
  return error.issues.map((issue) => ({
    file,
    path: [...base, ...issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part))],
    message: issue.message,
  }));
}

/** What no rule can be blamed for alone. */
function problemsBetween(placed: readonly PlacedRule[]): RuleProblem[] {
  const problems: RuleProblem[] = [];
  const problem = ({ file, path }: PlacedRule, field: string, message: string) => problems.push({ file, path: [...path, field], message });
  const byId = new Map<string, PlacedRule>();
  const byIncident = new Map<string, PlacedRule>();
  for (const each of placed) {
    const earlier = byId.get(each.rule.id);
    if (earlier !== undefined) problem(each, 'id', `the rule "${each.rule.id}" exists already in ${earlier.file}: choose another id`);
    byId.set(each.rule.id, each);
    if (!isLeadRule(each.rule) || each.rule.opens === undefined) continue;
    const { incident } = each.rule.opens;
    const sibling = byIncident.get(incident)?.rule ?? each.rule;
    if (isLeadRule(sibling) && sibling.resolves !== each.rule.resolves) {
      problem(each, 'resolves', `the rule "${sibling.id}" opens "${incident}" as well and says resolves: ${sibling.resolves}; let both say the same`);
    }
    if (!byIncident.has(incident)) byIncident.set(incident, each);
  }
  for (const each of placed) {
    if (!isSupportRule(each.rule)) continue;
    for (const incident of each.rule.strengthens) {
      if (!byIncident.has(incident)) problem(each, 'strengthens', `no rule opens "${incident}"; write one of: ${[...byIncident.keys()].join(', ')}`);
    }
  }
  return problems;
}

/** Conditions, places, schedules and patterns make a rule look at some events of a kind only. For a critical kind another rule must look at all. */
function maskedKinds(placed: readonly PlacedRule[]): RuleProblem[] {
  const leading = placed.flatMap(({ rule, file, path }) => (isLeadRule(rule) && rule.opens !== undefined ? [{ rule, file, path }] : []));
  const covered = new Set(
    leading.flatMap(({ rule: { when } }) =>
      when.pattern === 'any' ? when.any.filter((each) => each.phase === 'raised' && !isNarrowed(each)).flatMap(({ event }) => event) : [],
    ),
  );
  return leading.flatMap(({ rule, file, path }) => {
    const masked = criticalAmong([...new Set(triggersOf(rule.when).flatMap(({ event }) => event))]).filter((kind) => !covered.has(kind));
    if (masked.length === 0) return [];
    const message = `${masked.join(', ')} is critical and no rule opens an incident for every such event: add one with \`when: { event: ${masked[0] ?? ''} }\` alone`;
    return [{ file, path: [...path, 'when'], message }];
  });
}

function unknownNames(placed: readonly PlacedRule[], { places, schedules, threatLevels, procedures }: SiteNames): RuleProblem[] {
  const known = (set: ReadonlySet<string>) => [...set].join(', ') || 'none';
  const cameras = placed.flatMap(({ rule, file, path }) =>
    (isLeadRule(rule) ? (rule.does ?? []) : []).flatMap((does) =>
      'camera' in does && !places.has(does.camera)
        ? [{ file, path: [...path, 'does'], message: `the site has no camera "${does.camera}"; it has: ${known(places)}` }]
        : [],
    ),
  );
  const started = placed.flatMap(({ rule, file, path }) => {
    const procedure = isLeadRule(rule) ? procedureOf(rule) : undefined;
    return procedure === undefined || procedures === undefined || procedures.has(procedure)
      ? []
      : [{ file, path: [...path, 'does'], message: `there is no procedure "${procedure}"; there is: ${known(procedures)}` }];
  });
  const selected = placed.flatMap(({ rule, file, path }) =>
    selectorsIn(rule).flatMap(({ at = [], during, outside, threat = [] }) => [
      ...at
        .filter((id) => !places.has(id))
        .map((id) => ({ file, path, message: `the site has no point, device or area "${id}"; it has: ${known(places)}` })),
      ...[during, outside]
        .filter((id) => id !== undefined && !schedules.has(id))
        .map((id) => ({ file, path, message: `the site has no schedule "${String(id)}"; it has: ${known(schedules)}` })),
      ...threat
        .filter((id) => threatLevels !== undefined && id !== NORMAL_THREAT && !threatLevels.has(id))
        .map((id) => ({
          file,
          path,
          message: `the site has no threat level "${id}"; it has: ${NORMAL_THREAT}, ${known(threatLevels ?? new Set())}`,
        })),
    ]),
  );
  return [...cameras, ...started, ...selected];
}

import { z } from 'zod';
import type { Rule } from './rule-schema.ts';
import { isLeadRule, ruleSchemas } from './rule-schema.ts';

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

const outerSchema = z.strictObject({ rules: z.array(z.unknown()) });

/** Checks all rules files of a site together. Rules are only fit for use when there are no problems. */
export function readRules(documents: readonly RuleDocument[]): { readonly rules: readonly Rule[]; readonly problems: readonly RuleProblem[] } {
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
      const form = typeof value === 'object' && value !== null && 'strengthens' in value ? ruleSchemas.support : ruleSchemas.lead;
      const parsed = form.safeParse(value);
      if (parsed.success) placed.push({ rule: parsed.data, file, path });
      else problems.push(...problemsOf(parsed.error, file, path));
    }
  }
  return { rules: placed.map(({ rule }) => rule), problems: [...problems, ...problemsBetween(placed)] };
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
    if (!isLeadRule(each.rule)) continue;
    const { incident } = each.rule.opens;
    const sibling = byIncident.get(incident)?.rule ?? each.rule;
    if (isLeadRule(sibling) && sibling.resolves !== each.rule.resolves) {
      problem(each, 'resolves', `the rule "${sibling.id}" opens "${incident}" as well and says resolves: ${sibling.resolves}; let both say the same`);
    }
    if (!byIncident.has(incident)) byIncident.set(incident, each);
  }
  for (const each of placed) {
    if (isLeadRule(each.rule)) continue;
    for (const incident of each.rule.strengthens) {
      if (!byIncident.has(incident)) problem(each, 'strengthens', `no rule opens "${incident}"; write one of: ${[...byIncident.keys()].join(', ')}`);
    }
  }
  return problems;
}

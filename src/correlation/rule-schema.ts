import { z } from 'zod';
import { eventKinds, kinds } from '../domain/kinds.ts';
import type { EventKind } from '../domain/kinds.ts';
import { pointTypes } from '../domain/point.ts';
import type { Priority } from '../domain/incident.ts';
import { duration } from './duration.ts';
import { placeholders, unknownPlaceholders } from './template.ts';

// The format of config/rules/*.yaml. What a rule waits for stands under `when`; further patterns
// (sequence, all, any, count) become further fields there, so that files written today stay valid.

const identifier = (description: string) =>
  z
    .string()
    .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'write lower-case words joined by hyphens, such as "door-forced"')
    .describe(description);

const template = (description: string, example: string) =>
  z
    .string()
    .min(1)
    .superRefine((text, context) => {
      for (const name of unknownPlaceholders(text)) {
        context.addIssue({
          code: 'custom',
          message: `{${name}} means nothing; possible: ${Object.keys(placeholders)
            .map((each) => `{${each}}`)
            .join(' ')}`,
        });
      }
    })
    .describe(
      `${description} In braces: ${Object.entries(placeholders)
        .map(([name, meaning]) => `{${name}}, ${meaning}`)
        .join('; ')}.`,
    )
    .meta({ examples: [example] });

/** One value or a list of them; always a list once read. */
function oneOrMore<const Value extends string>(values: readonly [Value, ...Value[]], what: string, description: string) {
  const one = z.enum(values);
  return z
    .union([one, z.array(one).min(1)], {
      error: ({ input }) => `${JSON.stringify(input)} is not ${what} or a list of such; possible: ${values.join(', ')}`,
    })
    .describe(description)
    .transform((value): readonly Value[] => (Array.isArray(value) ? value : [value]));
}

const incidentKinds = z.array(identifier('A kind of incident that a rule opens.')).min(1);

const selectorFields = {
  event: oneOrMore(eventKinds, 'a kind of event', 'The kind of event, or a list of kinds of which any will do.'),
  of: oneOrMore(pointTypes, 'a type of point', 'Only events of points of this type, or of one of these types.').exactOptional(),
};

const phase = (preset: 'raised' | 'restored', description: string) => z.enum(['raised', 'restored']).default(preset).describe(description);

const raisedPhase = phase('raised', '`raised` is the begin of a state or an event without an end; `restored` is the end of a state.');

const whenSchema = z.strictObject({ ...selectorFields, phase: raisedPhase });
const restoredBySchema = z.strictObject({
  ...selectorFields,
  phase: phase('restored', 'Which end of the state it is: `restored` unless said otherwise.'),
});

/** A selector of events; `raised` includes momentary events. */
export type Selector = z.output<typeof whenSchema>;

const relation = <const Way extends string>(ways: readonly [Way, ...Way[]], description: string) => z.enum(ways).describe(description);

const unlessSchema = z
  .strictObject({
    ...selectorFields,
    phase: raisedPhase,
    within: duration('How long before it may have happened.', '10s').exactOptional(),
    stands: z.literal(true).describe('It was raised at any time before and is not restored yet.').exactOptional(),
    by: relation(
      ['door', 'point', 'area', 'credential'],
      'What both events have in common: the door (a reader counts for its door), the point, the innermost area or the credential.',
    ),
  })
  .refine((each) => (each.within === undefined) !== (each.stands === undefined), {
    error: 'write either `within: "10s"` (it happened lately) or `stands: true` (its state still stands)',
  });
export type Unless = z.output<typeof unlessSchema>;

export const HELD_AFTER = 'door.heldAfterSeconds';

const prioritySchema = z
  .int()
  .min(1)
  .max(5)
  .describe('1 is the most urgent, 5 the least.')
  .transform((value) => value as Priority);

const leadRuleSchema = z
  .strictObject({
    id: identifier('Unique among all rules; it stands in the evidence.'),
    title: template('The title of the incident.', '{door} forced open'),
    when: whenSchema.describe('The event that the rule waits for.'),
    unless: z
      .array(unlessSchema)
      .min(1)
      .describe('What explains the event, so that there is no alarm: any one of these. Not possible for critical kinds, which no rule may mask.')
      .exactOptional(),
    lasts: z
      .union([z.literal(HELD_AFTER), duration('How long.', '20s')])
      .describe(
        `How long the state must stand before the rule concludes: a duration, or ${HELD_AFTER} of the site file. Not possible for critical kinds.`,
      )
      .exactOptional(),
    lateness: duration(
      'In a rule with `unless` or `lasts`: how long it waits for messages of other devices that are still on their way before it concludes. What arrives up to 5 s late takes the conclusion back.',
      '500ms',
    ).prefault('500ms'),
    opens: z
      .strictObject({
        incident: identifier(
          'The kind of incident. Findings of one kind at one door (at one point, where there is no door) belong to one open incident.',
        ),
        priority: prioritySchema,
        reason: template('Why, in one sentence for the dispatcher.', '{door} reports that it was forced open'),
      })
      .describe('The incident that the rule opens, or that it attaches to when one of the same kind is open there.'),
    restoredBy: restoredBySchema.describe('The event that says that it is over. It counts by the same door or point.').exactOptional(),
    resolves: z
      .boolean()
      .default(false)
      .describe(
        'Whether the incident is resolved when it is over, or waits for a dispatcher all the same. Rules that open the same kind of incident must agree.',
      ),
  })
  .superRefine((rule, context) => {
    const problem = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
    const inferred = rule.unless !== undefined ? 'unless' : rule.lasts !== undefined ? 'lasts' : undefined;
    const critical = rule.when.event.filter((kind) => kinds[kind].severity === 'critical');
    if (inferred !== undefined && critical.length > 0)
      problem(inferred, `${critical.join(', ')} is critical and no rule may hold it back: remove \`${inferred}\``);
    if (rule.unless !== undefined && rule.lasts !== undefined)
      problem('lasts', 'write either `unless` or `lasts`; two rules may open the same kind of incident');
    if (rule.lasts !== undefined && rule.when.phase === 'restored') problem('lasts', 'it is raised states that last: remove `phase: restored`');
    if (rule.resolves && rule.restoredBy === undefined) problem('resolves', 'say by `restoredBy` which event ends it, or remove `resolves`');
  });
export type LeadRule = z.output<typeof leadRuleSchema>;

const supportRuleSchema = z.strictObject({
  id: identifier('Unique among all rules; it stands in the evidence.'),
  strengthens: incidentKinds.describe('The kinds of incident that the event strengthens. It never opens one.'),
  with: oneOrMore(eventKinds, 'a kind of event', 'The kind of event that strengthens, or a list of kinds of which any will do.'),
  by: relation(
    ['covers', 'door', 'point', 'area'],
    'What ties the event to the incident: a camera that covers both (or is one and covers the other), the door, the point, or the innermost area.',
  ),
  within: duration('How long after the incident began the event still counts.', '60s'),
  before: duration('How long before the incident began the event already counts.', '15s').prefault('0s'),
  raisesPriorityBy: z
    .int()
    .min(0)
    .max(4)
    .describe('How many steps more urgent the incident becomes, once for this rule. 0 attaches the event as evidence only.'),
  reason: template('Why it strengthens, in one sentence for the dispatcher.', '{point} sees motion {when}'),
});
export type SupportRule = z.output<typeof supportRuleSchema>;

export type Rule = LeadRule | SupportRule;

/** The two forms of a rule; `strengthens` tells them apart. */
export const ruleSchemas = { lead: leadRuleSchema, support: supportRuleSchema };

/** A rules file. */
export const ruleFileSchema = z.strictObject({
  rules: z
    .array(z.union([leadRuleSchema, supportRuleSchema]))
    .describe('Rules that open incidents (`opens`) and rules that strengthen them (`strengthens`).'),
});

/** The JSON Schema of a rules file, for editors and the reference. */
export function ruleFileJsonSchema(): Record<string, unknown> {
  return { ...z.toJSONSchema(ruleFileSchema, { io: 'input' }) };
}

export function isLeadRule(rule: Rule): rule is LeadRule {
  return 'opens' in rule;
}

/** Every kind of event that the rule needs to see. */
export function kindsOf(rule: Rule): readonly EventKind[] {
  if (!isLeadRule(rule)) return rule.with;
  return [...new Set([...rule.when.event, ...(rule.unless ?? []).flatMap(({ event }) => event), ...(rule.restoredBy?.event ?? [])])];
}

import { z } from 'zod';
import type { Priority } from '../domain/incident.ts';
import { duration } from './duration.ts';
import { groupings } from './relation.ts';
import { identifier, joined, oneOrMore, span, template } from './schema/fields.ts';
import type { Selector } from './schema/selector.ts';
import { criticalAmong, raisedPhase, restoredBySchema, selectorFields, selectorSchema } from './schema/selector.ts';
import { selectorsOf, triggersOf, whenForms, whenSchema } from './schema/when.ts';
import { eventKinds } from '../domain/kinds.ts';

// The format of config/rules/*.yaml: rules that open incidents or act, rules that strengthen incidents, rules that suppress.

const unlessSchema = z
  .strictObject({
    ...selectorFields,
    phase: raisedPhase,
    within: span('How long before it may have happened.', '10s').exactOptional(),
    after: span('How long after it may still happen: the incident is opened, and taken back then.', '30s').exactOptional(),
    stands: z.literal(true).describe('It was raised at any time before and is not restored yet.').exactOptional(),
    by: joined('What both events have in common.'),
  })
  .refine(({ within, after, stands }) => (within !== undefined || after !== undefined) !== (stands !== undefined), {
    error: 'write either `within: "10s"` (it happened lately), `after: "30s"` (it happens soon), or `stands: true` (its state still stands)',
  });
export type Unless = z.output<typeof unlessSchema>;

export const HELD_AFTER = 'door.heldAfterSeconds';

const prioritySchema = z
  .int()
  .min(1)
  .max(5)
  .describe('1 is the most urgent, 5 the least.')
  .transform((value) => value as Priority);

const opensSchema = z
  .strictObject({
    incident: identifier(
      'The kind of incident. Findings of one kind at one door (at one point, where there is no door) belong to one open incident.',
    ),
    priority: prioritySchema,
    reason: template('Why, in one sentence for the dispatcher.', '{door} reports that it was forced open'),
    per: z
      .enum(groupings)
      .default('place')
      .describe('What else than the place tells one incident of this kind from another: point, door, area, device, unit, credential or account.'),
  })
  .describe('The incident that the rule opens, or that it attaches to when one of the same kind is open there.');

const bookmarkSchema = z
  .strictObject({ bookmark: template('Why the video is worth keeping.', '{door} used at night') })
  .describe('Keep the video of the cameras there.');

const presetSchema = z
  .strictObject({
    preset: z
      .string()
      .min(1)
      .describe('A position that is stored in the camera: its name, or its token.')
      .meta({ examples: ['Gate'] }),
    camera: identifier('The camera of the site file that turns there.'),
    reason: template('Why, for whoever would move the camera as well.', '{point} rang'),
  })
  .describe(
    'Turn a camera to a preset, with the priority of the incident that the rule opens, or else the least urgent one. A person, or what is more urgent, goes first.',
  );

const procedureSchema = z
  .strictObject({
    procedure: z
      .string()
      .min(1)
      .describe('Identifier of the procedure.')
      .meta({ examples: ['burglary'] }),
  })
  .describe('Run this procedure on the incident that the rule opens, rather than the one that fits its kind and place.');

const doesSchema = z
  .array(z.union([bookmarkSchema, presetSchema, procedureSchema]))
  .min(1)
  .describe('What the rule does besides, or instead of, opening an incident.');
export type Does = z.output<typeof bookmarkSchema> | z.output<typeof presetSchema> | z.output<typeof procedureSchema>;

const leadFields = {
  id: identifier('Unique among all rules; it stands in the evidence.'),
  title: template('The title of the incident.', '{door} forced open').exactOptional(),
  unless: z
    .array(unlessSchema)
    .min(1)
    .describe('What explains the event, so that there is no alarm: any one of these. Not possible for critical kinds, which no rule may mask.')
    .exactOptional(),
  armed: z
    .boolean()
    .describe('Only while a panel of the area, or of one around it, is armed (true) or disarmed (false). Not possible for critical kinds.')
    .exactOptional(),
  lasts: z
    .union([z.literal(HELD_AFTER), span('How long.', '20s')])
    .describe(
      `How long the state must stand before the rule concludes: a duration, or ${HELD_AFTER} of the site file. Not possible for critical kinds.`,
    )
    .exactOptional(),
  lateness: duration(
    'In a rule that concludes from what others tell or do not tell: how long it waits for messages that are still on their way. What arrives up to 5 s late takes the conclusion back.',
    '500ms',
  ).prefault('500ms'),
  opens: opensSchema.exactOptional(),
  does: doesSchema.exactOptional(),
  restoredBy: restoredBySchema.describe('The event that says that it is over. It counts by the same door or point.').exactOptional(),
  resolves: z
    .boolean()
    .default(false)
    .describe(
      'Whether the incident is resolved when it is over, or waits for a dispatcher all the same. Rules that open the same kind of incident must agree.',
    ),
};

const leadRuleSchema = z.strictObject({ ...leadFields, when: whenSchema }).superRefine((rule, context) => {
  const problem = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
  const critical = criticalAmong(triggersOf(rule.when).flatMap(({ event }) => event));
  const single = rule.when.pattern === 'any';
  for (const inferred of ['unless', 'lasts', 'armed'] as const) {
    if (single && rule[inferred] !== undefined && critical.length > 0)
      problem(inferred, `${critical.join(', ')} is critical and no rule may hold it back: remove \`${inferred}\``);
  }
  if (rule.unless !== undefined && rule.lasts !== undefined)
    problem('lasts', 'write either `unless` or `lasts`; two rules may open the same kind of incident');
  if (rule.lasts !== undefined && rule.armed !== undefined) problem('armed', 'write either `armed` or `lasts`');
  if (rule.lasts !== undefined && !single) problem('lasts', 'only a single state can last: write `when: { event: ... }`');
  if (rule.lasts !== undefined && triggersOf(rule.when).some(({ phase }) => phase === 'restored'))
    problem('lasts', 'it is raised states that last: remove `phase: restored`');
  if (rule.opens === undefined && rule.does === undefined)
    problem('opens', 'say by `opens` which incident the rule opens, or by `does` what else it does');
  if (rule.opens === undefined && procedureOf(rule) !== undefined) problem('does', 'a procedure runs on an incident: add `opens`');
  if (rule.opens !== undefined && rule.title === undefined) problem('title', 'an incident needs a title');
  if (rule.opens === undefined && rule.restoredBy !== undefined) problem('restoredBy', 'only an incident can be restored: remove it, or add `opens`');
  if (rule.resolves && rule.restoredBy === undefined) problem('resolves', 'say by `restoredBy` which event ends it, or remove `resolves`');
});
export type LeadRule = z.output<typeof leadRuleSchema>;

const withSchema = z.unknown().transform((value, context): Selector => {
  const given = typeof value === 'object' && !Array.isArray(value) ? value : { event: value };
  const parsed = selectorSchema.safeParse(given);
  if (parsed.success) return parsed.data;
  for (const { path, message } of parsed.error.issues)
    context.addIssue({ code: 'custom', path: given === value ? [...path] : [...path].slice(1), message });
  return z.NEVER;
});
const withForms = z
  .union([oneOrMore(eventKinds, 'a kind of event', 'A kind of event or a list of kinds.'), selectorSchema])
  .describe('The kind of event that strengthens, a list of kinds of which any will do, or a selector as in `when`.');

const supportFields = {
  id: identifier('Unique among all rules; it stands in the evidence.'),
  strengthens: z
    .array(identifier('A kind of incident that a rule opens.'))
    .min(1)
    .describe('The kinds of incident that the event strengthens. It never opens one.'),
  by: joined('What ties the event to the incident.'),
  within: span('How long after the incident began the event still counts.', '60s'),
  before: span('How long before the incident began the event already counts.', '15s').prefault('0s'),
  raisesPriorityBy: z
    .int()
    .min(0)
    .max(4)
    .describe('How many steps more urgent the incident becomes, once for this rule. 0 attaches the event as evidence only.'),
  reason: template('Why it strengthens, in one sentence for the dispatcher.', '{point} sees motion {when}'),
};
const supportRuleSchema = z.strictObject({ ...supportFields, with: withSchema });
export type SupportRule = z.output<typeof supportRuleSchema>;

const suppressRuleSchema = z
  .strictObject({
    id: identifier('Unique among all rules; the metrics count by it.'),
    suppresses: selectorSchema.describe('The events that open no incident and cause no effect. They still explain, strengthen and end others.'),
    reason: z
      .string()
      .min(1)
      .describe('Why, for whoever reads the metrics or the file.')
      .meta({ examples: ['Deliveries before opening hours'] }),
  })
  .superRefine(({ suppresses }, context) => {
    const critical = criticalAmong(suppresses.event);
    if (critical.length > 0)
      context.addIssue({
        code: 'custom',
        path: ['suppresses', 'event'],
        message: `${critical.join(', ')} is critical and no rule may suppress it: remove it`,
      });
  });
export type SuppressRule = z.output<typeof suppressRuleSchema>;

export type Rule = LeadRule | SupportRule | SuppressRule;

/** The forms of a rule; `strengthens` and `suppresses` tell them apart. */
export const ruleSchemas = { lead: leadRuleSchema, support: supportRuleSchema, suppress: suppressRuleSchema };

/** A rules file. */
export const ruleFileSchema = z.strictObject({
  rules: z
    .array(z.union([z.strictObject({ ...leadFields, when: whenForms }), z.strictObject({ ...supportFields, with: withForms }), suppressRuleSchema]))
    .describe(
      'Rules that open incidents (`opens`) or act (`does`), rules that strengthen incidents (`strengthens`), and rules that suppress (`suppresses`).',
    ),
});

/** The JSON Schema of a rules file, for editors and the reference. */
export function ruleFileJsonSchema(): Record<string, unknown> {
  return { ...z.toJSONSchema(ruleFileSchema, { io: 'input' }), title: 'Sallyport rules file' };
}

export function isLeadRule(rule: Rule): rule is LeadRule {
  return 'when' in rule;
}

export function isSupportRule(rule: Rule): rule is SupportRule {
  return 'strengthens' in rule;
}

/** The procedure that the rule runs on its incidents, if it names one. */
export function procedureOf({ does = [] }: Pick<LeadRule, 'does'>): string | undefined {
  return does.flatMap((each) => ('procedure' in each ? [each.procedure] : []))[0];
}

/** Every selector of the rule. */
export function selectorsIn(rule: Rule): readonly Selector[] {
  if (isSupportRule(rule)) return [rule.with];
  if (!isLeadRule(rule)) return [rule.suppresses];
  return [...selectorsOf(rule.when), ...(rule.unless ?? []), ...(rule.restoredBy === undefined ? [] : [rule.restoredBy])];
}

/**
 * How far back a restart must read so that no rule has forgotten anything: the longest span of any rule that leads, and of any that strengthens what was led so.
 * @param heldAfterMs the longest time that the site file lets a door stand open.
 */
export function memoryMs(rules: readonly Rule[], heldAfterMs: number): number {
  const leading = rules.filter(isLeadRule).map((rule) => spanOf(rule, heldAfterMs));
  const strengthening = rules.filter(isSupportRule).map(({ before, within }) => before.ms + within.ms);
  return Math.max(0, ...leading) + Math.max(0, ...strengthening);
}

function spanOf({ when, unless = [], lasts, lateness }: LeadRule, heldAfterMs: number): number {
  const pattern = when.pattern === 'any' ? 0 : when.within.ms;
  const standing = lasts === undefined ? 0 : lasts === HELD_AFTER ? heldAfterMs : lasts.ms;
  const explained = unless.map(({ within, after }) => (within?.ms ?? 0) + (after?.ms ?? 0));
  return lateness.ms + pattern + standing + Math.max(0, ...explained);
}

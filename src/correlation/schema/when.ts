import { z } from 'zod';
import { joined, relation, span } from './fields.ts';
import type { Selector } from './selector.ts';
import { selectorSchema } from './selector.ts';

/** A step of a sequence. */
export interface Step {
  readonly selector: Selector;
  /** It must not happen between its neighbours. */
  readonly not: boolean;
}

const within = span('How long it may take from the first event to the last.', '30s');
const by = joined('What the events have in common.');
const differ = relation('What each two of the events must not have in common.').exactOptional();

const anySchema = z.strictObject({ any: z.array(selectorSchema).min(2).describe('Any one of these events.') });

const notSchema = z.strictObject({ not: selectorSchema.describe('What must not happen between the steps before and after it.') });
/** For reading: a step is explained by the form that was meant. */
const stepSchema = z.unknown().transform((value, context): Step => {
  const isNot = typeof value === 'object' && value !== null && 'not' in value;
  const parsed = isNot ? notSchema.safeParse(value) : selectorSchema.safeParse(value);
  if (!parsed.success) return refused(parsed.error, context);
  return 'not' in parsed.data ? { selector: parsed.data.not, not: true } : { selector: parsed.data, not: false };
});
const sequenceOf = <Schema extends z.ZodType>(step: Schema) =>
  z
    .strictObject({ sequence: z.array(step).min(2).max(8).describe('Events in this order. The last one completes it.'), within, by, differ })
    .refine(({ sequence: steps }) => ![steps[0], steps.at(-1)].some((each) => (each as Partial<Step> | undefined)?.not === true), {
      path: ['sequence'],
      error: '`not` stands between two events that do happen: begin and end with an event',
    });
const sequenceSchema = sequenceOf(stepSchema);
const allSchema = z.strictObject({
  all: z.array(selectorSchema).min(2).max(8).describe('Events that all happen, in any order. The last one completes it.'),
  within,
  by,
  differ,
});
const countSchema = z.strictObject({
  count: selectorSchema.describe('The events to count.'),
  atLeast: z.int().min(2).max(100).describe('How many of them complete it.'),
  within,
  by,
  differ,
});
const absenceSchema = z.strictObject({
  after: selectorSchema.describe('The event that something must follow.'),
  absence: selectorSchema.describe('What must follow, and does not.'),
  within: span('How long there is time for it.', '30m'),
  by,
});

/** The forms of `when`, told apart by the field of their name. */
const forms = { any: anySchema, sequence: sequenceSchema, all: allSchema, count: countSchema, absence: absenceSchema, event: selectorSchema };

/** What a rule waits for. One event is `any` of one. */
export type When =
  | { readonly pattern: 'any'; readonly any: readonly Selector[] }
  | ({ readonly pattern: 'sequence'; readonly steps: readonly Step[] } & Omit<z.output<typeof sequenceSchema>, 'sequence'>)
  | ({ readonly pattern: 'all' } & z.output<typeof allSchema>)
  | ({ readonly pattern: 'count' } & z.output<typeof countSchema>)
  | ({ readonly pattern: 'absence' } & z.output<typeof absenceSchema>);

/** For the JSON Schema: any of the forms. */
export const whenForms = z
  .union([selectorSchema, anySchema, sequenceOf(z.union([selectorSchema, notSchema])), allSchema, countSchema, absenceSchema])
  .describe('The event or the pattern of events that the rule waits for.');

/** For reading: the form is chosen by its field, so that a mistake is explained by the form that was meant. */
export const whenSchema = z.unknown().transform((value, context): When => {
  const has = (name: string) => typeof value === 'object' && value !== null && name in value;
  const name = (Object.keys(forms) as (keyof typeof forms)[]).find(has) ?? 'event';
  const parsed = forms[name].safeParse(value);
  return parsed.success ? whenOf(parsed.data) : refused(parsed.error, context);
});

function refused({ issues }: z.ZodError, context: z.RefinementCtx): never {
  for (const { path, message } of issues) context.addIssue({ code: 'custom', path: [...path], message });
  return z.NEVER;
}

function whenOf(form: z.output<(typeof forms)[keyof typeof forms]>): When {
  if ('any' in form) return { pattern: 'any', ...form };
  if ('sequence' in form) {
    const { sequence: steps, ...rest } = form;
    return { pattern: 'sequence', steps, ...rest };
  }
  if ('all' in form) return { pattern: 'all', ...form };
  if ('count' in form) return { pattern: 'count', ...form };
  if ('absence' in form) return { pattern: 'absence', ...form };
  return { pattern: 'any', any: [form] };
}

/** The events that can open the rule's incident. */
export function triggersOf(when: When): readonly Selector[] {
  switch (when.pattern) {
    case 'any':
      return when.any;
    case 'sequence':
      return when.steps.slice(-1).map(({ selector }) => selector);
    case 'all':
      return when.all;
    case 'count':
      return [when.count];
    case 'absence':
      return [when.after];
  }
}

/** Every event that the pattern looks at. */
export function selectorsOf(when: When): readonly Selector[] {
  if (when.pattern === 'sequence') return when.steps.map(({ selector }) => selector);
  return when.pattern === 'absence' ? [when.after, when.absence] : triggersOf(when);
}

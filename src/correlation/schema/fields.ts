import { z } from 'zod';
import type { Duration } from '../duration.ts';
import { duration } from '../duration.ts';
import { placeholders, unknownPlaceholders } from '../template.ts';
import type { Relation } from '../relation.ts';
import { relations } from '../relation.ts';

/** No rule looks further back: incidents that are closed are known to the book for so long, and a restart reads so much again. */
export const LONGEST_MS = 12 * 60 * 60 * 1000;

export const identifier = (description: string) =>
  z
    .string()
    .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'write lower-case words joined by hyphens, such as "door-forced"')
    .describe(description);

export const template = (description: string, example: string) =>
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
export function oneOrMore<const Value extends string>(values: readonly [Value, ...Value[]], what: string, description: string) {
  const one = z.enum(values);
  return z
    .union([one, z.array(one).min(1)], {
      error: ({ input }) => `${JSON.stringify(input)} is not ${what} or a list of such; possible: ${values.join(', ')}`,
    })
    .describe(description)
    .transform((value): readonly Value[] => (Array.isArray(value) ? value : [value]));
}

/** One identifier or a list of them; always a list once read. */
export const identifiers = (description: string, example: string) =>
  z
    .union([z.string().min(1), z.array(z.string().min(1)).min(1)], { error: () => `write an identifier or a list of such, for example ${example}` })
    .describe(description)
    .meta({ examples: [example] })
    .transform((value): readonly string[] => (Array.isArray(value) ? value : [value]));

/** A duration of at most 12 hours. */
export const span = (description: string, example: string) =>
  duration(description, example).refine(({ ms }: Duration) => ms <= LONGEST_MS, 'write at most "12h": nothing is remembered for longer');

const relationNames = Object.keys(relations) as [Relation, ...Relation[]];
const meanings = Object.entries(relations)
  .map(([name, meaning]) => `\`${name}\`: ${meaning}`)
  .join('; ');

export const relation = (description: string) => z.enum(relationNames).describe(`${description} ${meanings}.`);

export const joined = (description: string) =>
  oneOrMore(relationNames, 'something that events have in common', `${description} With a list they must share each of it. ${meanings}.`);

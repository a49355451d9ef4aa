import { z } from 'zod';
import type { Duration } from '../correlation/duration.ts';
import { duration } from '../correlation/duration.ts';
import { doorCommands } from '../domain/door.ts';
import type { DoorCommand } from '../domain/door.ts';
import { procedureConditionProblem } from './condition.ts';
import { textPlaceholders, unknownTextPlaceholders } from './text.ts';

// Procedures as an integrator writes them. Descriptions and examples here become the JSON Schema that editors complete from.

const id = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_]*$/, 'use lower-case letters, digits and underscores, so that conditions can name it')
  .describe('Identifier: lower-case letters, digits, underscores. Conditions name it as `answers.ID`.')
  .meta({ examples: ['anybody_there'] });

const text = z
  .string()
  .trim()
  .min(1)
  .max(500)
  .superRefine((value, context) => {
    const [unknown] = unknownTextPlaceholders(value);
    if (unknown === undefined) return;
    context.addIssue({ code: 'custom', message: `{${unknown}} means nothing; possible: ${Object.keys(textPlaceholders).join(', ')}` });
  })
  .describe(`What the dispatcher reads. In braces: ${Object.keys(textPlaceholders).join(', ')}.`)
  .meta({ examples: ['Look at the picture: is somebody at {door}?'] });

const condition = z
  .string()
  .superRefine((value, context) => {
    const problem = procedureConditionProblem(value);
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
  })
  .describe('The step is there only while this CEL condition holds: over `answers` so far and the `incident`. Always unless given.')
  .meta({ examples: ["answers.anybody_there == 'yes'"] });

const contact = z.strictObject({
  name: z.string().trim().min(1).max(80).describe('Who is called.'),
  phone: z.string().trim().min(1).max(40).describe('The number, as it is dialled.'),
});

const shared = {
  id,
  text,
  when: condition.exactOptional(),
  mandatory: z.boolean().default(false).describe('Whether the incident can be closed without it.'),
  within: duration('After this time without an answer the step counts as late, which is shown and logged.', '60s').exactOptional(),
};

const stepSchema = z.union([
  z.strictObject({
    ...shared,
    ask: z
      .array(z.string().trim().min(1).max(60))
      .min(1)
      .max(6)
      .describe('A question, and the answers to choose from.')
      .meta({ examples: [['yes', 'no']] }),
  }),
  z.strictObject({
    ...shared,
    door: z.enum(doorCommands).describe('A command to the door of the incident. Its answer is `done` or `failed`.'),
    at: z.string().describe('Another door than that of the incident.').exactOptional(),
  }),
  z.strictObject({
    ...shared,
    preset: z
      .string()
      .trim()
      .min(1)
      .max(80)
      .describe(
        'Turn a camera to this preset, by its name or token, as by the hand of the dispatcher who answers: it is held for `leaseSeconds`. The answer is `done` or `failed`.',
      )
      .meta({ examples: ['Gate'] }),
    camera: z.string().describe('Another camera than the first of the incident.').exactOptional(),
  }),
  z.strictObject({ ...shared, call: z.string().describe('Name of a call list. Its answer is `reached` or `nobody`.') }),
  z.strictObject({
    ...shared,
    verify: z
      .string()
      .describe(
        'Name of pass-codes (`sallyport passcode set`). The answer is `verified`, `wrong` or `duress`; duress raises the incident to priority 1.',
      ),
  }),
  z.strictObject({ ...shared, do: z.literal(true).describe('Something to be done and ticked off. Its answer is `done`.') }),
]);

export const procedureSchema = z.strictObject({
  id,
  title: z.string().trim().min(1).max(80).describe('What dispatchers call it.'),
  for: z
    .strictObject({
      incidents: z
        .array(z.string())
        .min(1)
        .describe('Kinds of incident, as the rules name them.')
        .meta({ examples: [['door-forced']] }),
      areas: z
        .array(z.string())
        .min(1)
        .describe('Only in these areas and what lies within them. The first procedure of the files that fits is taken.')
        .exactOptional(),
    })
    .describe('Without it the procedure runs only where a rule says so.')
    .exactOptional(),
  steps: z.array(stepSchema).min(1).max(50),
});

export const procedureFileSchema = z.strictObject({
  callLists: z.record(z.string(), z.array(contact).min(1)).default({}).describe('Who is called, in this order.'),
  procedures: z.array(procedureSchema).describe('What a dispatcher does about an incident, step by step.'),
});

export type Step = z.infer<typeof stepSchema>;
export type PresetStep = Extract<Step, { readonly preset: string }>;
export type Contact = z.infer<typeof contact>;

/** A procedure with the call lists of its file. */
export interface Procedure extends z.infer<typeof procedureSchema> {
  readonly callLists: Readonly<Record<string, readonly Contact[]>>;
}

export type StepType = 'ask' | 'door' | 'preset' | 'call' | 'verify' | 'do';

/** What a step consists in; exactly one. */
export function typeOf(step: Step): StepType {
  if ('ask' in step) return 'ask';
  if ('door' in step) return 'door';
  if ('preset' in step) return 'preset';
  if ('call' in step) return 'call';
  return 'verify' in step ? 'verify' : 'do';
}

/** The door command of a step and the door that it names, if it names one. */
export function doorOf(step: Step): { readonly command: DoorCommand; readonly at?: string } | undefined {
  if (!('door' in step)) return undefined;
  return { command: step.door, ...(step.at !== undefined && { at: step.at }) };
}

export function withinMs({ within }: { readonly within?: Duration }): number | undefined {
  return within?.ms;
}

/** The JSON Schema of procedure files, for completion in editors. */
export function procedureFileJsonSchema(): Record<string, unknown> {
  return { ...z.toJSONSchema(procedureFileSchema, { io: 'input' }), title: 'Sallyport procedures file' };
}

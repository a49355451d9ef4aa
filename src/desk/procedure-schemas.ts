import { z } from 'zod';

// Procedures as they travel by REST, to the console as well.

/** How a dispatcher answers a step. A step for a door or a camera takes any answer: the device gives its own. */
export const procedureAnswerSchema = z.union([
  z.strictObject({ step: z.string(), answer: z.string().max(60).describe('one of the step’s choices; `go` for a door or a camera') }),
  z.strictObject({
    step: z.string(),
    contact: z.number().int().nonnegative().describe('position in the call list, from 0'),
    outcome: z.enum(['reached', 'no answer', 'busy']),
  }),
  z.strictObject({ step: z.string(), code: z.string().min(1).max(100).describe('the pass-code as it was said; it is kept nowhere') }),
]);
export type ProcedureAnswer = z.infer<typeof procedureAnswerSchema>;

const stepSchema = z.object({
  id: z.string(),
  type: z.enum(['ask', 'door', 'preset', 'call', 'verify', 'do']),
  text: z.string(),
  mandatory: z.boolean().describe('whether the incident can be closed without it'),
  late: z.boolean().describe('not answered in its time'),
  applies: z.boolean().describe('whether the answers so far lead to it; only then it can be answered'),
  choices: z.array(z.string()).readonly(),
  contacts: z.array(z.object({ name: z.string(), phone: z.string(), outcome: z.string().exactOptional() })).readonly(),
  command: z.string().exactOptional().describe('what the device is told: the command of a door, the preset of a camera'),
  dueAt: z.number().exactOptional().describe('milliseconds since 1970-01-01T00:00:00Z'),
  answer: z.string().exactOptional(),
  by: z.string().exactOptional(),
  at: z.number().exactOptional(),
  advice: z.string().exactOptional().describe('what to say or do now because of the answer'),
});

export const procedureViewSchema = z.object({
  incident: z.string(),
  procedure: z.string(),
  title: z.string(),
  steps: z.array(stepSchema).readonly(),
  open: z.number().int().describe('steps that must still be done before the incident can be closed'),
});
/** What the console asks for with each incident. */
export const incidentProcedureSchema = z.object({ procedure: procedureViewSchema.nullable().describe('null where no procedure fits the incident') });

export type ProcedureView = z.infer<typeof procedureViewSchema>;
export type ProcedureStep = z.infer<typeof stepSchema>;

import { z } from 'zod';

// Escalations as they travel by REST, to the console as well.

export const messageStates = ['waiting', 'delivered', 'withdrawn', 'given-up'] as const;

const epochMs = z.number().describe('milliseconds since 1970-01-01T00:00:00Z');

/** A message to somebody in the chain of command. */
export const escalationMessageSchema = z.object({
  id: z.string(),
  incident: z.string(),
  contact: z.string(),
  createdAt: epochMs,
  nextAt: epochMs.describe('of the next attempt while it waits, else of the last one'),
  attempts: z.number().int(),
  state: z.enum(messageStates),
  problem: z.string().nullable().describe('why the latest attempt failed'),
});
export type EscalationMessage = z.infer<typeof escalationMessageSchema>;

export const escalationMessagesSchema = z.object({ messages: z.array(escalationMessageSchema) });

/** How soon somebody should act on an incident, and who was told that nobody did. */
export const incidentEscalationSchema = z.object({
  acknowledgeBy: epochMs.nullable().describe('null while it waits for no acknowledgement, or its priority has no target'),
  resolveBy: epochMs.nullable().describe('null when it is over, or its priority has no such target'),
  messages: z.array(escalationMessageSchema),
});
export type IncidentEscalation = z.infer<typeof incidentEscalationSchema>;

import { z } from 'zod';
import { secret } from '../adapter/secret.ts';
import { duration } from '../correlation/duration.ts';
import type { Contact, EscalationPolicy } from '../domain/escalation.ts';
import { prioritySchema } from '../desk/schemas.ts';

const target = z
  .strictObject({
    priority: prioritySchema,
    acknowledgeWithin: duration('After this time without an acknowledgement the desk is reminded and the first of the chain is told.', '30s'),
    resolveWithin: duration('After this time from its opening an incident that is not resolved is noted in its log.', '15m').exactOptional(),
  })
  .transform(({ priority, acknowledgeWithin, resolveWithin }) => ({
    priority,
    acknowledgeWithinMs: acknowledgeWithin.ms,
    ...(resolveWithin && { resolveWithinMs: resolveWithin.ms }),
  }));

const contact = z
  .strictObject({
    name: z.string().trim().min(1).max(80).describe('Who is told; unique in the chain.'),
    url: z.url({ protocol: /^https?$/ }).describe('Address of the web hook that tells this person (https, except on the same machine).'),
    secret: secret('Signs the messages (Standard Webhooks, HMAC-SHA256); `whsec_` and base64, or any text.'),
    wait: duration('How long to wait for an acknowledgement before the next in the chain is told.', '2m'),
  })
  .transform(({ wait, ...rest }) => ({ ...rest, waitMs: wait.ms }) satisfies Contact);

export const escalationSchema = z
  .strictObject({
    targets: z.array(target).min(1).describe('How soon somebody should act, by priority. A priority that is not named does not escalate.'),
    chain: z
      .array(contact)
      .default([])
      .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, 'give each contact a name of its own')
      .describe('The chain of command: who is told, in this order, until somebody acknowledges.'),
  })
  .transform((policy) => policy satisfies EscalationPolicy)
  .exactOptional()
  .describe('What happens when nobody acknowledges an incident in time.');

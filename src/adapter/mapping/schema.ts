import { z } from 'zod';
import { phases } from '../../domain/event.ts';
import { eventKinds } from '../../domain/kinds.ts';
import type { EventKind } from '../../domain/kinds.ts';

/** Kinds that a mapping may report: all but what the gateway says itself. */
export const mappableKinds = eventKinds.filter((kind) => kind !== 'device.malformed' && kind !== 'gateway.offline') as [EventKind, ...EventKind[]];

const expression = (what: string) => z.string().min(1).describe(`${what} An expression in CEL.`);

/** The fields by which a message becomes an event; each adapter adds what chooses the message. */
export const mappingFields = {
  when: expression('Whether this message is meant at all; without it, every one is.')
    .exactOptional()
    .meta({ examples: ['payload.type == "new" && payload.after.label == "person"'] }),
  event: z.enum(mappableKinds).describe('The kind of event to report.'),
  phase: z
    .string()
    .min(1)
    .default('momentary')
    .describe(
      `What the message says of it: ${phases.join(', ')}; or an expression in CEL that gives one of these, or a condition: true is raised, false is restored.`,
    )
    .meta({ examples: ['momentary', 'payload.contact == "open"'] }),
  point: z
    .string()
    .min(1)
    .describe("Which point it is about: the point's identifier, or an expression in CEL that gives the identifier or the `at: { key }` of a point.")
    .meta({ examples: ['door-main', 'payload.after.camera'] }),
  uncertainAfterSeconds: z
    .number()
    .min(1)
    .max(30 * 86_400)
    .exactOptional()
    .describe(
      'How long what was raised may stand without being told again: then its end was missed, and it is uncertain. Without it: until it is over.',
    )
    .meta({ examples: [1800] }),
  occurredAt: expression(
    "The time by the device's own clock: a timestamp(), seconds since 1970 (divide milliseconds by 1000.0), or text such as 2026-01-15T12:00:00Z.",
  )
    .exactOptional()
    .meta({ examples: ['payload.after.start_time'] }),
  details: z
    .record(z.string().regex(/^[a-zA-Z][a-zA-Z0-9]*$/, 'use a name of letters and digits, such as credential'), expression('The fact.'))
    .default({})
    .describe('Facts to keep with the event, by name; null is left out.')
    .meta({ examples: [{ label: 'payload.after.label' }] }),
  repeatKey: expression('What identifies the message: a second one with the same key within an hour is the same message sent twice.')
    .exactOptional()
    .meta({ examples: ['payload.id'] }),
} as const;

export type Mapping = z.infer<z.ZodObject<typeof mappingFields>>;

/** Whether the senders' clocks may be believed, for adapters whose senders stamp their messages. */
export const clockOption = z
  .enum(['untrusted', 'synchronized'])
  .default('untrusted')
  .describe(
    'Whether the clock behind `occurredAt` is set by NTP as ours is. `synchronized`: an event that was queued during an outage counts at the time it happened. `untrusted`: at the time it arrived.',
  );

/** `at` of every point that a mapping can name. */
export const keyedAddress = z.strictObject({
  key: z
    .string()
    .min(1)
    .exactOptional()
    .describe("What the messages call this point, unique on the device. Without it: the point's identifier.")
    .meta({ examples: ['front_door'] }),
});
export type KeyedAddress = z.infer<typeof keyedAddress>;

/** Points that other devices of the site serve: a recorder speaks of cameras that are devices of their own. */
export const otherPoints = z
  .record(z.string().min(1), z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'a point’s identifier'))
  .default({})
  .describe('Points of other devices that messages speak of: the name in the messages, and the point’s identifier.')
  .meta({ examples: [{ back_yard: 'cam-yard' }] });

import { z } from 'zod';
import { defaultAlarmPolicy } from '../domain/alarm-policy.ts';
import type { AlarmPolicy } from '../domain/alarm-policy.ts';
import { defaultRetention } from '../domain/retention.ts';

const minutes = (description: string, byDefaultMs: number) =>
  z
    .number()
    .positive()
    .max(24 * 60)
    .default(byDefaultMs / 60_000)
    .describe(description);

const { flood, chatter } = defaultAlarmPolicy;

/** How the site handles alarms. */
export const alarmsSchema = z
  .strictObject({
    floodIncidents: z
      .number()
      .int()
      .min(1)
      .default(flood.incidents)
      .describe('More new incidents than this in `floodMinutes` are a flood: the queue then groups what is not critical.'),
    floodMinutes: minutes('See `floodIncidents`.', flood.withinMs),
    chatterRaises: z
      .number()
      .int()
      .min(2)
      .default(chatter.raises)
      .describe('A point that raises the same kind so often in `chatterSeconds` is shelved by itself, unless it is critical.'),
    chatterSeconds: z
      .number()
      .positive()
      .max(3600)
      .default(chatter.withinMs / 1000)
      .describe('See `chatterRaises`.'),
    chatterShelveMinutes: minutes('For how long a chattering point is shelved.', chatter.shelveMs),
    suppressed: z
      .array(
        z.strictObject({
          point: z.string().describe('Identifier of the door, reader, camera, panel, zone or device that raises it.'),
          kind: z
            .string()
            .describe('The kind of incident, as rules name it; every kind unless given.')
            .meta({ examples: ['door-held'] })
            .exactOptional(),
          reason: z.string().trim().min(1).describe('Why it means nothing there; dispatchers read it.'),
        }),
      )
      .default([])
      .describe(
        'Alarms that are suppressed by design (ISA-18.2): their incidents are kept, but not in the queue. What is critical is never suppressed.',
      ),
  })
  .transform(({ floodIncidents, floodMinutes, chatterRaises, chatterSeconds, chatterShelveMinutes, suppressed }): AlarmPolicy => ({
    flood: { incidents: floodIncidents, withinMs: floodMinutes * 60_000, endsBelow: Math.min(flood.endsBelow, floodIncidents) },
    chatter: { raises: chatterRaises, withinMs: chatterSeconds * 1000, shelveMs: chatterShelveMinutes * 60_000 },
    suppressed,
  }))
  .exactOptional()
  .describe('How the site handles alarms: floods, chattering points, suppression by design.');

const days = (what: string, byDefault: number) => z.number().int().min(1).max(36_500).default(byDefault).describe(`Days that ${what}.`);

/** How long the database keeps what is over. */
export const retentionSchema = z
  .strictObject({
    journalDays: days('events are kept in the journal', defaultRetention.journalDays),
    closedIncidentDays: days('an incident is kept after it was closed', defaultRetention.closedIncidentDays),
    logDays: days('lines of the log are kept', defaultRetention.logDays),
  })
  .exactOptional()
  .describe('How long the database keeps what is over. What an open incident refers to, and the latest state of each point, is never deleted.');

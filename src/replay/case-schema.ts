import { z } from 'zod';
import { duration } from '../correlation/duration.ts';
import { eventKinds } from '../domain/kinds.ts';
import { incidentStates } from '../domain/incident.ts';
import { phases } from '../domain/event.ts';

// Files of rule tests: events at times, and the incidents that shall be there at times.

const eventSchema = z.strictObject({
  at: duration('When it happens, from the begin of the case.', '1s'),
  event: z.enum(eventKinds).describe('Its kind.'),
  point: z.string().describe('The point that it comes from.'),
  phase: z.enum(phases).describe('`raised` for a kind that has an end, `momentary` for one that has none, unless said otherwise.').exactOptional(),
  arrives: duration('When the gateway hears of it, where that is later.', '3s').exactOptional(),
  details: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
    .default({})
    .describe('What its protocol tells.'),
});

const incidentSchema = z.strictObject({
  incident: z.string().describe('Its kind.'),
  at: z.string().describe('Its door; its point where there is no door.'),
  priority: z.int().min(1).max(5).describe('Its priority by then.').exactOptional(),
  state: z.enum(incidentStates).describe('Its state by then.').exactOptional(),
  condition: z.enum(['active', 'normal']).describe('Whether what raised it still stands.').exactOptional(),
  rules: z.array(z.string()).describe('Every rule that found something for it.').exactOptional(),
});

const caseSchema = z.strictObject({
  name: z.string().describe('What it shows, in a sentence.'),
  starts: z.iso
    .datetime('write a time as "2026-01-15T12:00:00Z"')
    .describe('The wall-clock time at its begin, for rules with schedules.')
    .default('2026-01-15T12:00:00Z'),
  events: z.array(eventSchema).describe('What happens.'),
  restart: duration('When the gateway is stopped and started again.', '5s').exactOptional(),
  expect: z
    .array(
      z.strictObject({
        after: duration('When to look, from the begin of the case.', '10s'),
        incidents: z.array(incidentSchema).describe('Every incident that shall be there by then; none besides.'),
        bookmarks: z.array(z.string()).describe('The rules that shall have kept video by then.').exactOptional(),
      }),
    )
    .min(1)
    .describe('What shall be there.'),
  quiet: z.array(z.string()).default([]).describe('Rules that shall find nothing in the whole case, though they look at one of its events.'),
});
export type RuleCase = z.output<typeof caseSchema>;
export type ExpectedIncident = z.output<typeof incidentSchema>;

export const caseFileSchema = z.strictObject({
  site: z.string().describe('The site file, relative to this file.'),
  rules: z.array(z.string()).min(1).describe('The rule files, relative to this file.'),
  cases: z.array(caseSchema).min(1),
});

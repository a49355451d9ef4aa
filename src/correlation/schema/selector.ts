import { z } from 'zod';
import type { EventKind } from '../../domain/kinds.ts';
import { eventKinds, kinds } from '../../domain/kinds.ts';
import { pointTypes } from '../../domain/point.ts';
import { conditionProblem } from '../condition.ts';
import { identifier, identifiers, oneOrMore } from './fields.ts';

const phase = (preset: 'raised' | 'restored', description: string) => z.enum(['raised', 'restored']).default(preset).describe(description);

export const raisedPhase = phase('raised', '`raised` is the begin of a state or an event without an end; `restored` is the end of a state.');

const condition = z
  .string()
  .superRefine((text, context) => {
    const message = conditionProblem(text);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  })
  .describe(
    'A condition in CEL that the event must meet: `event.kind`, `.phase`, `.point`, `.device`, `.door` and `.area` are texts, `details` is what its protocol tells, `threat` the threat level of its area. What an event does not tell makes it false.',
  )
  .meta({ examples: ["details.reason == 'expired'"] });

export const selectorFields = {
  event: oneOrMore(eventKinds, 'a kind of event', 'The kind of event, or a list of kinds of which any will do.'),
  of: oneOrMore(pointTypes, 'a type of point', 'Only events of points of this type, or of one of these types.').exactOptional(),
  at: identifiers('Only events at these points, doors, devices, or in these areas and what lies within.', 'server-room').exactOptional(),
  if: condition.exactOptional(),
  during: identifier('Only while this schedule of the site file runs.').exactOptional(),
  outside: identifier('Only while this schedule of the site file does not run.').exactOptional(),
  threat: z
    .array(identifier('A threat level; `normal` unless somebody set another.'))
    .min(1)
    .describe('Only at these threat levels of the site file, or `normal`: that of the event’s area when it happened.')
    .exactOptional(),
};

export const selectorSchema = z.strictObject({ ...selectorFields, phase: raisedPhase });

/** Selects events; `raised` includes momentary events. */
export type Selector = z.output<typeof selectorSchema>;

export const restoredBySchema = z.strictObject({
  ...selectorFields,
  phase: phase('restored', 'Which end of the state it is: `restored` unless said otherwise.'),
});

/** The kinds that no rule may hold back or mask. */
export function criticalAmong(events: readonly EventKind[]): readonly EventKind[] {
  return events.filter((kind) => kinds[kind].severity === 'critical');
}

/** Whether only some of the events of its kinds are meant. */
export function isNarrowed({ of, at, if: condition, during, outside, threat }: Selector): boolean {
  return [of, at, condition, during, outside, threat].some((each) => each !== undefined);
}

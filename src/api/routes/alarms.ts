import { z } from 'zod';
import type { Operations } from '../../desk/operations.ts';
import { measureRequestSchema } from '../../desk/protocol.ts';
import { figuresSchema } from '../../desk/figures-schemas.ts';
import { alarmStateSchema, measureSchema } from '../../desk/schemas.ts';
import type { AlarmPolicy } from '../../domain/alarm-policy.ts';
import type { Clock } from '../../domain/clock.ts';
import { figuresOf } from '../../incidents/figures.ts';
import type { BookWriter } from '../../store/book-writer.ts';
import type { IncidentStore } from '../../store/incident-store.ts';
import { endpoint } from '../endpoint.ts';
import type { Endpoint } from '../endpoint.ts';

const HOUR_MS = 60 * 60 * 1000;

export interface AlarmSources {
  readonly store: IncidentStore;
  readonly book: BookWriter;
  readonly operations: Operations;
  readonly clock: Clock;
  readonly policy: AlarmPolicy;
}

/** Alarm management (ISA-18.2): what is shelved, out of service, on test or suppressed by design, floods, and how it all performs. */
export function alarmEndpoints({ store, book, operations, clock, policy }: AlarmSources): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/alarms',
      tag: 'alarms',
      summary: 'What is shelved, out of service, on test or suppressed by design, with the ends; and whether there is a flood',
      answer: alarmStateSchema,
      handle: () => ({ ...book.alarmState, measures: [...book.alarmState.measures] }),
    }),
    endpoint({
      method: 'post',
      path: '/measures',
      tag: 'alarms',
      summary:
        'Shelve an incident or a kind of incident at a point, take a point out of service, or put a device, a point (a panel with its zones, a door with its readers) or the site on test, until an end',
      body: measureRequestSchema,
      answer: measureSchema,
      handle: ({ body, principal }) => operations.begin(body, principal),
    }),
    endpoint({
      method: 'post',
      path: '/measures/{id}/end',
      tag: 'alarms',
      summary: 'End a shelving, a test or a time out of service before its time',
      params: z.object({ id: z.string().describe('the measure’s identifier') }),
      answer: measureSchema,
      handle: ({ params, principal }) => operations.end(params.id, principal),
    }),
    endpoint({
      method: 'get',
      path: '/figures',
      tag: 'alarms',
      summary: 'How the alarm system performs, for the site and for each dispatcher (ISA-18.2, monitoring)',
      query: z.object({
        hours: z.coerce
          .number()
          .positive()
          .max(31 * 24)
          .default(24)
          .describe('how far back'),
      }),
      answer: figuresSchema,
      handle({ query }) {
        const now = clock.now();
        const windowMs = query.hours * HOUR_MS;
        return figuresOf(store.recent(now - windowMs), now, windowMs, policy.flood.incidents);
      },
    }),
  ];
}

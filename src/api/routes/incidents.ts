import { z } from 'zod';
import { Refusal } from '../../desk/operations.ts';
import type { Operations } from '../../desk/operations.ts';
import { incidentActionSchema } from '../../desk/protocol.ts';
import { incidentSchema } from '../../desk/schemas.ts';
import type { Incident } from '../../domain/incident.ts';
import type { IncidentStore } from '../../store/incident-store.ts';
import { endpoint } from '../endpoint.ts';
import type { Endpoint } from '../endpoint.ts';

const params = z.object({ id: z.string().describe('the incident’s identifier') });

/** Incidents: reading them, and the steps that a dispatcher takes. */
export function incidentEndpoints(store: IncidentStore, operations: Operations): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/incidents',
      tag: 'incidents',
      summary: 'Incidents, the latest first',
      query: z.object({
        state: z.enum(['open', 'closed', 'all']).default('open'),
        openedBefore: z.coerce
          .number()
          .int()
          .exactOptional()
          .describe('only those opened before this time, in milliseconds since 1970: pass the last one’s openedAt for the next page'),
        limit: z.coerce.number().int().min(1).max(500).default(100),
      }),
      answer: z.object({ incidents: z.array(incidentSchema) }),
      handle: ({ query }) => ({ incidents: store.list(query).map(mutable) }),
    }),
    endpoint({
      method: 'get',
      path: '/incidents/{id}',
      tag: 'incidents',
      summary: 'One incident with its evidence, log and priority arithmetic',
      params,
      answer: incidentSchema,
      handle({ params: { id } }) {
        const incident = store.get(id);
        if (incident === undefined) throw new Refusal('unknown', `there is no incident ${id}`);
        return mutable(incident);
      },
    }),
    endpoint({
      method: 'post',
      path: '/incidents/{id}/actions',
      tag: 'incidents',
      summary:
        'Acknowledge, start, put on hold, annotate, resolve, close or reopen an incident; take or hand it over; merge or split it; set its AVS level',
      params,
      body: z.strictObject({
        revision: z
          .number()
          .int()
          .describe(
            'the revision that the decision was based on; refused with 409 if somebody else has acted since in a way that conflicts, or if news came that an end must not overlook (code look-again)',
          ),
        act: incidentActionSchema,
      }),
      answer: incidentSchema,
      handle: ({ params: { id }, body, principal }) => mutable(operations.act(id, body.revision, body.act, principal)),
    }),
  ];
}

/** The schema's inferred type does not know `readonly`. */
function mutable(incident: Incident): z.infer<typeof incidentSchema> {
  return incident as z.infer<typeof incidentSchema>;
}

import { z } from 'zod';
import type { Operations } from '../../desk/operations.ts';
import { incidentProcedureSchema, procedureAnswerSchema, procedureViewSchema } from '../../desk/procedure-schemas.ts';
import type { Procedures } from '../../desk/procedures.ts';
import { endpoint } from '../endpoint.ts';
import type { Endpoint } from '../endpoint.ts';

const params = z.object({ id: z.string().describe('the incident’s identifier') });

/** The procedure of an incident: how far it has come, and answering its steps. */
export function procedureEndpoints(procedures: Procedures, operations: Operations): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/incidents/{id}/procedure',
      tag: 'procedures',
      summary: 'What to do about an incident: the steps that the answers so far lead to',
      params,
      answer: incidentProcedureSchema,
      handle: ({ params: { id } }) => ({ procedure: procedures.view(id) ?? null }),
    }),
    endpoint({
      method: 'post',
      path: '/incidents/{id}/procedure/answers',
      tag: 'procedures',
      summary:
        'Answer a step: by one of its choices, by how a call went, or by the pass-code as it was said; a step for a door or a camera commands it',
      params,
      body: procedureAnswerSchema,
      answer: procedureViewSchema,
      handle: ({ params: { id }, body, principal }) => procedures.answer(id, body, principal, operations),
    }),
  ];
}

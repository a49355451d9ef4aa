import { z } from 'zod';
import { Refusal } from '../../desk/operations.ts';
import type { Operations } from '../../desk/operations.ts';
import { procedureAnswerSchema, procedureViewSchema } from '../../desk/procedure-schemas.ts';
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
      answer: procedureViewSchema,
      handle({ params: { id } }) {
        const view = procedures.view(id);
        if (view === undefined) throw new Refusal('unknown', `no procedure fits incident ${id}`);
        return view;
      },
    }),
    endpoint({
      method: 'post',
      path: '/incidents/{id}/procedure/answers',
      tag: 'procedures',
      summary: 'Answer a step: by one of its choices, by how a call went, or by the pass-code as it was said; a door step commands the door',
      params,
      body: procedureAnswerSchema,
      answer: procedureViewSchema,
      handle: ({ params: { id }, body, principal }) => procedures.answer(id, body, principal, operations),
    }),
  ];
}

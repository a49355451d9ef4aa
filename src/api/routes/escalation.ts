import { Router } from 'express';
import { z } from 'zod';
import { escalationMessagesSchema, incidentEscalationSchema } from '../../desk/escalation-schemas.ts';
import type { EscalationMessage } from '../../desk/escalation-schemas.ts';
import type { Escalations } from '../../desk/escalations.ts';
import { Refusal } from '../../desk/operations.ts';
import { capMessage } from '../../escalation/cap.ts';
import type { CapSource } from '../../escalation/cap.ts';
import type { IncidentStore } from '../../store/incident-store.ts';
import type { Message, Outbox } from '../../store/outbox.ts';
import { endpoint } from '../endpoint.ts';
import type { Endpoint } from '../endpoint.ts';

/** What was sent to the chain of command, and how soon somebody should act. `escalations`: absent where the site has none. */
export function escalationEndpoints(outbox: Outbox, escalations: Escalations | undefined): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/escalation/messages',
      tag: 'escalation',
      summary: 'Messages to the chain of command, the latest first, and what became of them',
      answer: escalationMessagesSchema,
      handle: () => ({ messages: outbox.latest(100).map(withoutBody) }),
    }),
    endpoint({
      method: 'get',
      path: '/incidents/{id}/escalation',
      tag: 'escalation',
      summary: 'How soon somebody should act on an incident, and who was told that nobody did',
      params: z.object({ id: z.string().describe('the incident’s identifier') }),
      answer: incidentEscalationSchema,
      handle: ({ params: { id } }) => ({
        ...(escalations?.dueBy(id) ?? { acknowledgeBy: null, resolveBy: null }),
        messages: outbox.of(id).map(withoutBody),
      }),
    }),
  ];
}

function withoutBody({ body: _body, ...message }: Message): EscalationMessage {
  return message;
}

/** `GET /incidents/{id}/cap.xml`: an incident as a CAP 1.2 message for other systems. */
export function capExport(incidents: IncidentStore, source: CapSource): Router {
  const router = Router();
  router.get('/incidents/:id/cap.xml', (request, response) => {
    const incident = incidents.get(request.params.id);
    if (incident === undefined) throw new Refusal('unknown', `there is no incident ${request.params.id}`);
    response.type('application/cap+xml').send(capMessage(incident, source));
  });
  return router;
}

import { Router } from 'express';
import { z } from 'zod';
import { Refusal } from '../../desk/operations.ts';
import { capMessage } from '../../escalation/cap.ts';
import type { CapSource } from '../../escalation/cap.ts';
import type { IncidentStore } from '../../store/incident-store.ts';
import { messageStates } from '../../store/outbox.ts';
import type { Outbox } from '../../store/outbox.ts';
import { endpoint } from '../endpoint.ts';
import type { Endpoint } from '../endpoint.ts';

const messageSchema = z.object({
  id: z.string(),
  incident: z.string(),
  contact: z.string(),
  createdAt: z.number(),
  nextAt: z.number().describe('of the next attempt while it waits, in milliseconds since 1970'),
  attempts: z.number().int(),
  state: z.enum(messageStates),
  problem: z.string().nullable().describe('why the latest attempt failed'),
});

/** What was sent to the chain of command. */
export function escalationEndpoints(outbox: Outbox): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/escalation/messages',
      tag: 'escalation',
      summary: 'Messages to the chain of command, the latest first, and what became of them',
      answer: z.object({ messages: z.array(messageSchema) }),
      handle: () => ({ messages: outbox.latest(100).map(({ body: _body, ...message }) => message) }),
    }),
  ];
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

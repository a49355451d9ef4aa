import { Router } from 'express';
import { Refusal } from '../../desk/operations.ts';
import { evidencePicture } from '../../intake/evidence-picture.ts';
import type { Journal } from '../../intake/journal.ts';
import type { IncidentStore } from '../../store/incident-store.ts';

/** `GET /incidents/{id}/evidence/{event}/picture`: the picture that came with a piece of evidence, as the journal keeps it. */
export function evidencePictures(incidents: IncidentStore, journal: Journal): Router {
  const router = Router();
  router.get('/incidents/:id/evidence/:event/picture', (request, response) => {
    const { id, event } = request.params;
    const piece = incidents.get(id)?.evidence.find((each) => each.event === event);
    const picture = piece && evidencePicture(journal, piece);
    if (picture === undefined) throw new Refusal('unknown', `no picture is kept of event ${event} of incident ${id}`);
    // What is in the journal never changes.
    response.type(picture.type).set('Cache-Control', 'private, max-age=86400, immutable').send(picture.bytes);
  });
  return router;
}

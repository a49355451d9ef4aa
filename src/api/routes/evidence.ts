import { Router } from 'express';
import { Refusal } from '../../desk/operations.ts';
import type { Journal } from '../../intake/journal.ts';
import type { IncidentStore } from '../../store/incident-store.ts';

/** Pictures that hold nothing but pixels: an SVG may hold a program. */
const dataUri = /^data:(image\/(?:jpeg|png|webp));base64,([A-Za-z0-9+/]+={0,2})$/;

/** `GET /incidents/{id}/evidence/{event}/picture`: the picture that came with a piece of evidence, as the journal keeps it. */
export function evidencePictures(incidents: IncidentStore, journal: Journal): Router {
  const router = Router();
  router.get('/incidents/:id/evidence/:event/picture', (request, response) => {
    const { id, event } = request.params;
    const piece = incidents.get(id)?.evidence.find((each) => each.event === event);
    const uri = piece && journal.find({ id: event, point: piece.point, kind: piece.kind })?.details['picture'];
    const [, type, base64] = (typeof uri === 'string' && dataUri.exec(uri)) || [];
    if (type === undefined || base64 === undefined) throw new Refusal('unknown', `no picture is kept of event ${event} of incident ${id}`);
    // What is in the journal never changes.
    response.type(type).set('Cache-Control', 'private, max-age=86400, immutable').send(Buffer.from(base64, 'base64'));
  });
  return router;
}

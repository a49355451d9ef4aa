import { Router } from 'express';
import type { NextFunction, Request, Response } from 'express';
import { z } from 'zod';
import { TICKET_SECONDS, ticketPurposes } from '../../access/tickets.ts';
import type { TicketPurpose, Tickets } from '../../access/tickets.ts';
import { Refusal } from '../../desk/operations.ts';
import { principalOf, sessionKeyOf, usesCookie } from '../authentication.ts';
import { endpoint } from '../endpoint.ts';
import type { Endpoint } from '../endpoint.ts';

const MOST_CAMERAS = 64;
/** Where a ticket travels: never in an address, which proxies and browsers write down. */
export const TICKET_HEADER = 'sallyport-ticket';

export interface TicketSources {
  readonly tickets: Tickets;
  readonly cameras: readonly { readonly id: string }[];
}

/** Tickets for tiles, pictures and clips. */
export function ticketEndpoints({ tickets, cameras }: TicketSources): Endpoint[] {
  const known = new Set(cameras.map(({ id }) => id));
  return [
    endpoint({
      method: 'post',
      path: '/tickets',
      tag: 'cameras',
      summary: `Tickets that admit this session to cameras: each for one camera and purpose, once, within ${TICKET_SECONDS} s. A tile sends its in the first message of the WebSocket /video/CAMERA, a download in the header Sallyport-Ticket`,
      body: z.strictObject({
        purpose: z.enum(ticketPurposes).describe('video: the WebSocket of a tile; picture: a JPEG; clip: an MP4'),
        cameras: z.array(z.string()).min(1).max(MOST_CAMERAS),
      }),
      answer: z.object({ tickets: z.array(z.object({ camera: z.string(), ticket: z.string(), expiresAt: z.number().int() })) }),
      handle({ body, principal, session }) {
        const unknown = body.cameras.find((camera) => !known.has(camera));
        if (unknown !== undefined) throw new Refusal('unknown', `there is no camera ${unknown}`);
        const { purpose } = body;
        return {
          tickets: body.cameras.map((camera) => ({ camera, ...tickets.issue({ purpose, camera, user: principal.name, session }) })),
        };
      },
    }),
  ];
}

/** What is downloaded of a camera, with what OpenAPI says of it. */
export const downloads: readonly { readonly path: string; readonly purpose: TicketPurpose; readonly type: string; readonly summary: string }[] = [
  { path: '/cameras/{camera}/snapshot.jpg', purpose: 'picture', type: 'image/jpeg', summary: 'A picture that the camera makes now' },
  {
    path: '/cameras/{camera}/clip.mp4',
    purpose: 'clip',
    type: 'video/mp4',
    summary:
      'What is kept of a camera between ?from= and ?to= (milliseconds since 1970 or ISO 8601, at most 10 minutes), with its SHA-256 in Repr-Digest and X-Content-SHA256',
  },
  {
    path: '/incidents/{incident}/snapshot/{camera}.jpg',
    purpose: 'picture',
    type: 'image/jpeg',
    summary: 'The picture that was kept when the incident was opened',
  },
  { path: '/incidents/{incident}/video/{camera}.mp4', purpose: 'clip', type: 'video/mp4', summary: 'The recording that was kept of the incident' },
  { path: '/clips/{clip}/{camera}.mp4', purpose: 'clip', type: 'video/mp4', summary: 'The film of an export' },
  { path: '/clips/{clip}/{camera}.jpg', purpose: 'clip', type: 'image/jpeg', summary: 'The sheet of an export' },
];

/**
 * Refuses downloads without a ticket to whoever is known by a cookie, which a browser sends along unasked.
 * A program's bearer token is sent on purpose and suffices.
 */
export function ticketGate(tickets: Tickets): Router {
  const gate = Router();
  for (const { path, purpose } of downloads) {
    gate.get(path.replace(/\{(\w+)\}/g, ':$1'), (request: Request, response: Response, next: NextFunction) => {
      if (!usesCookie(request)) {
        next();
        return;
      }
      const camera = String(request.params['camera']);
      const claim = { purpose, camera, user: principalOf(response).name, session: sessionKeyOf(request) };
      const refused = tickets.redeem(request.get(TICKET_HEADER), claim);
      if (refused !== undefined) throw new Refusal('forbidden', refused);
      next();
    });
  }
  return gate;
}

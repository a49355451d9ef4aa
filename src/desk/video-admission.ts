import type { IncomingMessage } from 'node:http';
import type { RawData, WebSocket } from 'ws';
import type { Principal } from '../access/accounts.ts';
import type { Tickets } from '../access/tickets.ts';
import type { Clock } from '../domain/clock.ts';
import type { PointId } from '../domain/point.ts';
import { playSchema } from './video-protocol.ts';
import type { Play } from './video-protocol.ts';

/** A tile that has not said by then what it wants is hung up on. */
const FIRST_MESSAGE_MS = 10_000;
const POLICY_VIOLATION = 1008;
/** Of our own (RFC 6455, 7.4.2): the console asks for another ticket and tries again. */
export const TICKET_REFUSED = 4403;

export interface VideoAdmissionOptions {
  readonly tickets: Tickets;
  readonly clock: Clock;
  /** Who sent the request, asked again when the ticket comes: the session may have ended meanwhile. */
  readonly authenticate: (request: IncomingMessage) => Principal | undefined;
  /** A digest of the secret that says so. */
  readonly sessionKey: (request: IncomingMessage) => string;
  readonly serveVideo: (socket: WebSocket, camera: PointId) => void;
}

/**
 * Lets a tile through to its camera when its first message holds a ticket for that.
 * @param of the camera; undefined for a connection that a console keeps ready, for as long as it likes: there the message names the camera.
 */
export function admitToVideo(socket: WebSocket, request: IncomingMessage, of: PointId | undefined, options: VideoAdmissionOptions): void {
  const { tickets, clock, authenticate, sessionKey, serveVideo } = options;
  const cancel = of === undefined ? () => undefined : clock.after(FIRST_MESSAGE_MS, () => socket.close(POLICY_VIOLATION, 'no play message'));
  socket.once('close', cancel);
  socket.once('message', (data, isBinary) => {
    cancel();
    const play = isBinary ? undefined : parse(data);
    const camera = of ?? play?.camera;
    if (play === undefined || camera === undefined) return socket.close(POLICY_VIOLATION, 'one play message is expected');
    const user = authenticate(request)?.name;
    const refused =
      user === undefined ? 'the session has ended' : tickets.redeem(play.ticket, { purpose: 'video', camera, user, session: sessionKey(request) });
    if (refused !== undefined) return socket.close(TICKET_REFUSED, refused);
    serveVideo(socket, camera);
    // Whoever serves the tile reads the message as if it came now.
    socket.emit('message', data, isBinary);
  });
}

function parse(data: RawData): Play | undefined {
  try {
    return playSchema.parse(JSON.parse((data as Buffer).toString('utf8')));
  } catch {
    return undefined;
  }
}

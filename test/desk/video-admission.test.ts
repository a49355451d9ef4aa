import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { WebSocket } from 'ws';
import { Tickets } from '../../src/access/tickets.ts';
import { admitToVideo, TICKET_REFUSED } from '../../src/desk/video-admission.ts';
import { ManualClock } from '../support/manual-clock.ts';

/** What a tile's connection came to: the code with which it was hung up, the camera that it got, what that was told. */
function open(camera = 'cam-1') {
  const clock = new ManualClock();
  const tickets = new Tickets(clock);
  const came: { code?: number; camera?: string; message?: string; signedIn: boolean } = { signedIn: true };
  const socket = Object.assign(new EventEmitter(), {
    close(code: number) {
      came.code = code;
      socket.emit('close');
    },
  });
  admitToVideo(socket as unknown as WebSocket, { headers: {} } as unknown as IncomingMessage, camera === '' ? undefined : camera, {
    tickets,
    clock,
    authenticate: () => (came.signedIn ? { name: 'dana', role: 'dispatcher' } : undefined),
    sessionKey: () => 'session',
    serveVideo: (served, camera) => {
      came.camera = camera;
      served.on('message', (data) => (came.message = (data as Buffer).toString()));
    },
  });
  const { ticket } = tickets.issue({ purpose: 'video', camera: 'cam-1', user: 'dana', session: 'session' });
  const say = (message: unknown) => socket.emit('message', Buffer.from(JSON.stringify(message)), false);
  return { clock, tickets, came, ticket, say };
}

const live = { type: 'play', mode: 'live' };

describe('a tile at the door', () => {
  it('is let through with a ticket, and its message is handed on', () => {
    const { clock, came, ticket, say } = open();
    say({ ...live, ticket });
    assert.deepEqual([came.code, came.camera], [undefined, 'cam-1']);
    assert.deepEqual(JSON.parse(came.message ?? ''), { ...live, ticket });
    assert.equal(clock.waiting, 0);
  });

  it('is refused without one, with one of another camera, and when the session has ended', () => {
    for (const spoil of ['none', 'other', 'ended']) {
      const { tickets, came, ticket, say } = open();
      const other = tickets.issue({ purpose: 'video', camera: 'cam-2', user: 'dana', session: 'session' }).ticket;
      if (spoil === 'ended') came.signedIn = false;
      say(spoil === 'none' ? live : { ...live, ticket: spoil === 'other' ? other : ticket });
      assert.deepEqual([came.code, came.camera], [TICKET_REFUSED, undefined], spoil);
    }
  });

  it('may wait, when it came before its camera was known, and then names it', () => {
    const { clock, tickets, came, say } = open('');
    clock.advance(3_600_000);
    const { ticket } = tickets.issue({ purpose: 'video', camera: 'cam-1', user: 'dana', session: 'session' });
    say({ ...live, camera: 'cam-1', ticket });
    assert.deepEqual([came.code, came.camera], [undefined, 'cam-1']);
    const nameless = open('');
    nameless.say({ ...live, ticket: nameless.ticket });
    assert.equal(nameless.came.code, 1008);
    const other = open('');
    other.say({ ...live, camera: 'cam-2', ticket: other.ticket });
    assert.equal(other.came.code, TICKET_REFUSED);
  });

  it('is hung up on when it says nothing, or nothing of the protocol', () => {
    const silent = open();
    silent.clock.advance(10_000);
    assert.equal(silent.came.code, 1008);
    const rude = open();
    rude.say({ type: 'nonsense' });
    assert.deepEqual([rude.came.code, rude.clock.waiting], [1008, 0]);
  });
});

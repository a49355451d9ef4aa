import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LinkError, MalformedReply } from '../../../adapters/onvif-camera/errors.ts';
import { MAX_REPLY_BYTES, post } from '../../../adapters/onvif-camera/http.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { until } from '../../support/until.ts';

describe('onvif-camera: one HTTP request', () => {
  let server: Server;
  let open = 0;
  const clock = new ManualClock();

  const serve = async (listener: RequestListener) => {
    server = createServer(listener).on('connection', (socket) => {
      open += 1;
      socket.on('close', () => (open -= 1));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  };
  const send = (signal?: AbortSignal) =>
    post({ host: '127.0.0.1', port: (server.address() as AddressInfo).port, path: '/x' }, {}, '<r/>', {
      clock,
      deadlineMs: 1_000,
      ...(signal && { signal }),
    });

  afterEach(async () => {
    await until('every socket closed by us', () => open === 0);
    await new Promise((resolve) => server.close(resolve));
    assert.equal(clock.waiting, 0);
  });

  it('keeps several challenges apart', async () => {
    await serve((_, response) => response.writeHead(401, { 'WWW-Authenticate': ['Digest a="1", b="2"', 'Basic realm="x"'] }).end('no'));
    const reply = await send();
    assert.deepEqual([reply.status, reply.challenges, reply.body], [401, ['Digest a="1", b="2"', 'Basic realm="x"'], 'no']);
  });

  it('ends at its deadline even while the camera dribbles', async () => {
    await serve((_, response) => {
      response.writeHead(200);
      const dribble = setInterval(() => response.write('x'), 5);
      response.on('close', () => {
        clearInterval(dribble);
      });
    });
    const reply = assert.rejects(send(), LinkError);
    await until('a request', () => open === 1);
    clock.advance(1_000);
    await reply;
  });

  it('says that a reply was cut off', async () => {
    await serve((request, response) => {
      response.writeHead(200, { 'Content-Length': 100 });
      response.write('<half', () => request.socket.destroy());
    });
    await assert.rejects(send(), /cut its reply off after 5 bytes/);
  });

  it('stops reading a reply that is too big', async () => {
    await serve((_, response) => {
      response.writeHead(200);
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536, 120)));
      };
      response.on('drain', more);
      more();
    });
    await assert.rejects(send(), (error: Error) => error instanceof MalformedReply && error.message.includes(String(MAX_REPLY_BYTES)));
  });

  it('ends at once when it is aborted, and does not begin when it already is', async () => {
    await serve(() => undefined);
    const stopping = new AbortController();
    const reply = assert.rejects(send(stopping.signal), /stop/);
    await until('a request', () => open === 1);
    stopping.abort(new Error('stop'));
    await reply;
    await assert.rejects(send(stopping.signal), /stop/);
  });

  it('names the address that cannot be reached', async () => {
    await serve(() => undefined);
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    await assert.rejects(
      post({ host: '127.0.0.1', port, path: '/' }, {}, '', { clock, deadlineMs: 1_000 }),
      new RegExp(`127.0.0.1:${port} cannot be reached`),
    );
  });
});

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Answer, Reception } from './reception.ts';

/** What one sender can make the gateway hold. */
const limits = { connections: 256, headerBytes: 16 * 1024, headerCount: 100, idleMs: 30_000, checkEveryMs: 1000 } as const;

export interface ListenerSettings {
  readonly host: string;
  readonly port: number;
  readonly requestTimeoutSeconds: number;
}

export interface Listener {
  readonly port: number;
  /** Rejects when the socket fails after it was bound. */
  readonly failed: Promise<never>;
  /** Ends every connection; resolves when the port is free. */
  close(): Promise<void>;
}

/** Listens for requests. @throws Error naming the address that cannot be bound. */
export async function listen({ host, port, requestTimeoutSeconds }: ListenerSettings, reception: Reception): Promise<Listener> {
  const timeoutMs = requestTimeoutSeconds * 1000;
  const server = createServer(
    {
      maxHeaderSize: limits.headerBytes,
      // Against clients that send a byte now and then to hold connections open.
      headersTimeout: timeoutMs,
      requestTimeout: timeoutMs,
      connectionsCheckingInterval: limits.checkEveryMs,
      keepAliveTimeout: limits.idleMs,
    },
    (request, response) => {
      reception.answer(request).then(
        (answer) => send(response, answer, !request.complete),
        // The sender went away: it will come back.
        () => void request.destroy(),
      );
    },
  );
  server.maxConnections = limits.connections;
  server.maxHeadersCount = limits.headerCount;
  server.listen({ host, port, exclusive: true });
  try {
    await once(server, 'listening');
  } catch (cause) {
    const inUse = (cause as NodeJS.ErrnoException).code === 'EADDRINUSE';
    const what = inUse
      ? 'is in use by another program: stop that, or give this device another port'
      : `cannot be listened on: ${(cause as Error).message}`;
    throw new Error(`${host}:${port} ${what}`, { cause });
  }
  const failed = new Promise<never>((_, reject) => server.on('error', reject));
  failed.catch(() => undefined);
  return {
    port: (server.address() as AddressInfo).port,
    failed,
    close: async () => {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** `unread`: the sender still sends a body that nobody wants; the connection ends with the answer. */
function send(response: ServerResponse, { status, body, headers }: Answer, unread: boolean): void {
  if (response.destroyed) return;
  response.writeHead(status, { 'content-type': 'application/json', ...headers, ...(unread && { connection: 'close' }) });
  response.end(`${JSON.stringify(body)}\n`);
}

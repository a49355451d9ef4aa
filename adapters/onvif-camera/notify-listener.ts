import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** More than a camera posts at once. */
const MAX_POST_BYTES = 1024 * 1024;
/** Posts that wait for the journal, of all cameras that share the port. */
const MAX_WAITING = 64;
const REQUEST_WITHIN_MS = 10_000;

/** Where one camera posts its events. */
export interface Hook {
  /** Its path is all that lets a post in: it must stay between the camera and us. */
  readonly url: string;
  /** Posts are refused from now on; the port is closed with the last hook. */
  close(): void;
}

/** Handles one post; the camera is answered when it resolves, and told to try again when it rejects. */
type Take = (text: string) => Promise<void>;

/** One port, with a secret path for each camera. */
class Listener {
  readonly server: Server;
  readonly #hooks = new Map<string, Take>();
  #waiting = 0;

  constructor() {
    this.server = createServer((request, response) => void this.#serve(request, response).catch(() => response.destroy()));
    this.server.requestTimeout = REQUEST_WITHIN_MS;
  }

  hook(take: Take, unused: () => void): Hook {
    const { address, family, port } = this.server.address() as AddressInfo;
    const path = `/${randomBytes(24).toString('base64url')}`;
    this.#hooks.set(path, take);
    return {
      url: `http://${family === 'IPv6' ? `[${address}]` : address}:${port}${path}`,
      close: () => {
        if (!this.#hooks.delete(path) || this.#hooks.size > 0) return;
        unused();
        this.server.close();
        this.server.closeAllConnections();
      },
    };
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.on('error', () => undefined);
    const take = this.#hooks.get(request.url ?? '');
    if (take === undefined || request.method !== 'POST') {
      this.#answer(response, 404);
      return;
    }
    if (this.#waiting >= MAX_WAITING) {
      this.#answer(response, 503);
      return;
    }
    this.#waiting += 1;
    try {
      const text = await bodyOf(request);
      if (text !== undefined) await take(text);
      this.#answer(response, text === undefined ? 413 : 200);
    } catch {
      this.#answer(response, 500);
    } finally {
      this.#waiting -= 1;
    }
  }

  #answer(response: ServerResponse, status: number): void {
    // What was not read would be taken for the next request.
    response.writeHead(status, { 'Content-Length': 0, ...(status !== 200 && { Connection: 'close' }) }).end();
  }
}

/** Listeners on ports that were chosen, which cameras share. */
const shared = new Map<string, Promise<Listener>>();

/**
 * Opens a path for one camera on `port` (0: a port of its own) of this machine's `address`.
 * @throws Error naming the address when it cannot be listened on.
 */
export async function openHook(address: string, port: number, take: Take): Promise<Hook> {
  if (port === 0) return (await listen(address, 0)).hook(take, () => undefined);
  const key = `${address} ${port}`;
  const opening = shared.get(key) ?? listen(address, port);
  shared.set(key, opening);
  try {
    return (await opening).hook(take, () => shared.delete(key));
  } catch (error) {
    shared.delete(key);
    throw error;
  }
}

async function listen(address: string, port: number): Promise<Listener> {
  const listener = new Listener();
  listener.server.listen(port, address);
  await once(listener.server, 'listening').catch((cause: unknown) => {
    throw new Error(`events cannot be received at ${address}:${port}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  });
  return listener;
}

/** Undefined when it is too long. */
async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_POST_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Address {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
}

/** Opens the server; resolves to its address for a browser. @throws Error that names the port and what to do about it. */
export async function listenOn(server: Server, { host, port }: Address): Promise<string> {
  try {
    server.listen({ host, port });
    await once(server, 'listening');
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const reason =
      code === 'EADDRINUSE' ? 'is in use by another program: stop that one, or choose another with --port' : `cannot be opened: ${message}`;
    throw new Error(`${host}:${port} ${reason}`, { cause });
  }
  return `http://${host}:${(server.address() as AddressInfo).port}`;
}

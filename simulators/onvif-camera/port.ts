import type { Server, Socket } from 'node:net';

/** A TCP port that can be opened, shut and opened again with the same number, and knows its connections. */
export class Port {
  readonly #server: Server;
  readonly #host: string;
  readonly #what: string;
  readonly #sockets = new Set<Socket>();
  #number: number;

  /** @param wanted 0 lets the system choose once; `what` names the port in errors. */
  constructor(server: Server, host: string, wanted: number, what: string) {
    this.#server = server;
    this.#host = host;
    this.#number = wanted;
    this.#what = what;
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      // A peer that resets the connection is no news to a camera.
      socket.on('error', () => undefined);
      socket.on('close', () => this.#sockets.delete(socket));
    });
  }

  /** The port's number, once it was open. */
  get number(): number {
    return this.#number;
  }

  /** @throws Error naming the address when it is taken or is none of this machine's. */
  async open(): Promise<void> {
    if (this.#server.listening) return;
    await new Promise<void>((resolve, reject) => {
      const failed = (cause: NodeJS.ErrnoException): void => {
        const reason = cause.code === 'EADDRINUSE' ? 'is in use by another process' : `cannot be opened (${cause.code ?? cause.message})`;
        reject(new Error(`${this.#what}: port ${this.#number} on ${this.#host} ${reason}`, { cause }));
      };
      this.#server.once('error', failed);
      this.#server.listen(this.#number, this.#host, () => {
        this.#server.off('error', failed);
        resolve();
      });
    });
    const address = this.#server.address();
    if (address !== null && typeof address === 'object') this.#number = address.port;
  }

  /** Refuses new connections and closes those that stand. */
  async shut(): Promise<void> {
    const closed = this.#server.listening ? new Promise<void>((resolve) => this.#server.close(() => resolve())) : undefined;
    this.hangUp();
    await closed;
  }

  /** Closes all connections. */
  hangUp(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Resets all connections (RST). */
  reset(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }
}

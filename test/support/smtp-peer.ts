import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { createSecureContext, createServer as createTlsServer, TLSSocket } from 'node:tls';

/** A message that the peer took. */
export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  /** As it came, dots unstuffed. */
  readonly data: string;
  readonly encrypted: boolean;
}

export interface SmtpPeerOptions {
  /** TLS from the start (RFC 8314), after STARTTLS (RFC 3207), or none. */
  readonly tls?: 'tls' | 'starttls';
  readonly certificate?: { readonly key: string; readonly cert: string };
  /** `user` and `password` that AUTH PLAIN must give (RFC 4954, 4616). */
  readonly login?: { readonly user: string; readonly password: string };
}

/** A mail server written from RFC 5321, as small as a client can do with, that can go wrong. */
export class SmtpPeer {
  readonly received: ReceivedMail[] = [];
  /** Everything that clients said, credentials included. */
  readonly said: string[] = [];
  connections = 0;
  /** What goes wrong: no greeting; the connection ends at DATA; every recipient is refused; the connection ends before the last answer. */
  fault: 'none' | 'stall' | 'drop' | 'refuse' | 'forget' = 'none';
  readonly #options: SmtpPeerOptions;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor(options: SmtpPeerOptions = {}) {
    this.#options = options;
    const taken = (socket: Socket) => this.#greet(socket);
    this.#server = options.tls === 'tls' ? createTlsServer({ ...options.certificate }, taken) : createServer(taken);
    this.#server.on('connection', (socket: Socket) => {
      this.connections += 1;
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
    });
    this.#server.on('tlsClientError', () => undefined);
  }

  async listen(): Promise<number> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((closed) => this.#server.close(closed));
  }

  #greet(socket: Socket): void {
    if (this.fault !== 'stall') socket.write('220 peer.test ESMTP\r\n');
    this.#converse(socket);
  }

  #converse(socket: Socket): void {
    const { login, tls, certificate } = this.#options;
    const encrypted = socket instanceof TLSSocket;
    let [from, to, data, buffer] = ['', [] as string[], undefined as string[] | undefined, ''];
    const say = (text: string) => socket.write(`${text}\r\n`);
    const command = (line: string): void => {
      this.said.push(line);
      const [verb = ''] = line.toUpperCase().split(' ');
      if (verb === 'EHLO') {
        const offers = ['peer.test', ...(tls === 'starttls' && !encrypted ? ['STARTTLS'] : []), ...(login === undefined ? [] : ['AUTH PLAIN'])];
        for (const [index, each] of offers.entries()) say(`250${index === offers.length - 1 ? ' ' : '-'}${each}`);
      } else if (verb === 'STARTTLS') {
        if (tls !== 'starttls' || encrypted) return void say('502 5.5.1 not implemented');
        say('220 go ahead');
        socket.removeAllListeners('data');
        const secure = new TLSSocket(socket, { isServer: true, secureContext: createSecureContext({ ...certificate }) });
        secure.on('error', () => undefined);
        this.#converse(secure);
      } else if (verb === 'AUTH') {
        const [, user, password] = Buffer.from(line.split(' ')[2] ?? '', 'base64')
          .toString()
          .split('\0');
        say(user === login?.user && password === login?.password ? '235 welcome' : `535 5.7.8 no such ${user ?? ''}:${password ?? ''}`);
      } else if (verb === 'MAIL') {
        from = addressIn(line);
        say('250 ok');
      } else if (verb === 'RCPT') {
        if (this.fault === 'refuse') return void say('550 5.1.1 nobody of that name');
        to.push(addressIn(line));
        say('250 ok');
      } else if (verb === 'DATA') {
        if (this.fault === 'drop') return void socket.destroy();
        data = [];
        say('354 go ahead');
      } else if (verb === 'QUIT') {
        say('221 bye');
        socket.end();
      } else say('250 ok');
    };
    socket.on('data', (bytes: Buffer) => {
      buffer += bytes.toString('latin1');
      for (let end = buffer.indexOf('\r\n'); end >= 0; end = buffer.indexOf('\r\n')) {
        const line = buffer.slice(0, end);
        buffer = buffer.slice(end + 2);
        if (data === undefined) command(line);
        else if (line === '.') {
          this.received.push({ from, to, data: data.join('\r\n'), encrypted });
          [to, data] = [[], undefined];
          if (this.fault === 'forget') socket.destroy();
          else say('250 2.0.0 taken');
        } else data.push(line.startsWith('.') ? line.slice(1) : line);
      }
    });
  }
}

function addressIn(line: string): string {
  return /<([^>]*)>/.exec(line)?.[1] ?? '';
}

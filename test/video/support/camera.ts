import { createHash } from 'node:crypto';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import type { StreamAddress } from '../../../src/adapter/contract.ts';
import type { FilmedPicture } from './footage.ts';
import { Packetiser } from './packets.ts';

export interface TestCameraOptions {
  readonly username?: string;
  readonly password?: string;
  readonly sdp?: string;
  /** Answers of its own: by method, the whole response without the CSeq line; an empty one for none. */
  readonly answers?: Readonly<Record<string, string>>;
}

const SDP = [
  'v=0',
  's=test',
  'm=audio 0 RTP/AVP 0',
  'a=control:audio',
  'm=video 0 RTP/AVP 96',
  'a=rtpmap:96 H264/90000',
  'a=control:track1',
  '',
].join('\r\n');

/** A camera that does no more than a test tells it to: pictures leave when `send` is called. */
export class TestCamera {
  readonly requests: string[] = [];
  connections = 0;
  /** Set to take on no more connections. */
  refuses = false;
  #film: readonly FilmedPicture[];
  readonly #options: TestCameraOptions;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #playing = new Set<Socket>();
  #packetiser = new Packetiser();
  #sent = 0;
  #rtpBase = 0xffff_0000;

  constructor(film: readonly FilmedPicture[], options: TestCameraOptions = {}) {
    this.#film = film;
    this.#options = options;
    this.#server = createServer((socket) => this.#serve(socket));
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  get address(): StreamAddress {
    const { port } = this.#server.address() as AddressInfo;
    const { username, password } = this.#options;
    return { uri: `rtsp://127.0.0.1:${port}/stream`, ...(username === undefined ? {} : { username, password: password ?? '' }) };
  }

  get playing(): number {
    return this.#playing.size;
  }

  /** Sends the next picture; the film is repeated without end. `lose`: indices of packets that are lost. */
  send(lose: readonly number[] = []): void {
    const round = Math.floor(this.#sent / this.#film.length);
    const picture = this.#film[this.#sent % this.#film.length]!;
    const packets = this.#packetiser.picture(picture, this.#rtpBase + picture.at + round * this.#film.length * 3600);
    packets.forEach((packet, i) => {
      if (!lose.includes(i)) this.#interleave(0, packet);
    });
    this.#sent += 1;
  }

  sendRtcp(packet: Buffer): void {
    this.#interleave(1, packet);
  }

  /** Another film from now on, beginning with its first picture. */
  show(film: readonly FilmedPicture[]): void {
    this.#rtpBase += this.#sent * 3600;
    this.#film = film;
    this.#sent = 0;
  }

  /** Breaks all connections. The next one finds other RTP numbers, as after a restart. */
  drop(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#playing.clear();
    this.#packetiser = new Packetiser({ sequence: 7, source: 42 });
    this.#rtpBase = 1234;
    this.#sent = 0;
  }

  async stop(): Promise<void> {
    this.drop();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #interleave(channel: number, packet: Buffer): void {
    const header = Buffer.from([0x24, channel, packet.length >> 8, packet.length & 0xff]);
    for (const socket of this.#playing) socket.write(Buffer.concat([header, packet]));
  }

  #serve(socket: Socket): void {
    this.connections += 1;
    if (this.refuses) return void socket.destroy();
    this.#sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#sockets.delete(socket);
      this.#playing.delete(socket);
    });
    let text = '';
    socket.on('data', (bytes) => {
      // Our reports come in one piece, before a request.
      text += bytes.toString('latin1', bytes[0] === 0x24 ? 4 + bytes.readUInt16BE(2) : 0);
      for (let end = text.indexOf('\r\n\r\n'); end >= 0; end = text.indexOf('\r\n\r\n')) {
        const request = text.slice(0, end);
        text = text.slice(end + 4);
        this.#answer(socket, request);
      }
    });
  }

  #answer(socket: Socket, request: string): void {
    const [line = ''] = request.split('\r\n');
    const [method = ''] = line.split(' ');
    this.requests.push(line);
    const sequence = /CSeq: (\d+)/.exec(request)?.[1] ?? '0';
    if (this.#options.answers?.[method] === '') return;
    const [status, ...rest] = (this.#refusal(method, request) ?? this.#options.answers?.[method] ?? this.#usual(method)).split('\r\n');
    socket.write([status, `CSeq: ${sequence}`, ...rest].join('\r\n'));
    if (method === 'PLAY' && status?.includes('200')) this.#playing.add(socket);
  }

  #usual(method: string): string {
    if (method === 'OPTIONS') return 'RTSP/1.0 200 OK\r\nPublic: OPTIONS, DESCRIBE, SETUP, PLAY, GET_PARAMETER\r\n\r\n';
    if (method === 'SETUP') return 'RTSP/1.0 200 OK\r\nSession: 12345678;timeout=60\r\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n\r\n';
    if (method !== 'DESCRIBE') return 'RTSP/1.0 200 OK\r\n\r\n';
    const sdp = this.#options.sdp ?? SDP;
    return `RTSP/1.0 200 OK\r\nContent-Type: application/sdp\r\nContent-Length: ${sdp.length}\r\n\r\n${sdp}`;
  }

  /** Digest with SHA-256 and qop (RFC 7616, 3.4), for everything but OPTIONS. */
  #refusal(method: string, request: string): string | undefined {
    const { username, password } = this.#options;
    if (username === undefined || method === 'OPTIONS') return undefined;
    const field = (name: string) => new RegExp(`[ ,]${name}="?([^",]*)"?`).exec(/^Authorization: Digest(.*)$/m.exec(request)?.[1] ?? '')?.[1] ?? '';
    const hash = (text: string) => createHash('sha256').update(text).digest('hex');
    const secret = hash(`${username}:test:${password ?? ''}`);
    const expected = hash(`${secret}:abc:${field('nc')}:${field('cnonce')}:auth:${hash(`${method}:${field('uri')}`)}`);
    if (field('response') === expected) return undefined;
    return 'RTSP/1.0 401 Unauthorized\r\nWWW-Authenticate: Basic realm="test"\r\nWWW-Authenticate: Digest realm="test", nonce="abc", algorithm=SHA-256, qop="auth"\r\n\r\n';
  }
}

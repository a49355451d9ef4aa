import { createHash } from 'node:crypto';
import { createSocket } from 'node:dgram';
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
  readonly codec?: 'h264' | 'hevc';
  /** What it sends by; TCP unless said. */
  readonly transport?: 'tcp' | 'udp';
  /** The interleaved channel of its RTP packets. */
  readonly channel?: number;
  /** A quirk: answers carry no CSeq. */
  readonly withoutNumbers?: boolean;
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
  /** RTCP packets that it was sent. */
  readonly reports: Buffer[] = [];
  connections = 0;
  /** Set to take on no more connections. */
  refuses = false;
  #film: readonly FilmedPicture[];
  readonly #options: TestCameraOptions;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #playing = new Set<Socket>();
  readonly #rtp = createSocket('udp4');
  readonly #rtcp = createSocket('udp4');
  #clientPort = 0;
  #packetiser: Packetiser;
  #sent = 0;
  #rtpBase = 0xffff_0000;

  constructor(film: readonly FilmedPicture[], options: TestCameraOptions = {}) {
    this.#film = film;
    this.#options = options;
    this.#packetiser = new Packetiser({ codec: options.codec ?? 'h264' });
    this.#server = createServer((socket) => this.#serve(socket));
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    for (const socket of [this.#rtp, this.#rtcp]) await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    this.#rtcp.on('message', (report) => this.reports.push(report));
  }

  get address(): StreamAddress {
    const { port } = this.#server.address() as AddressInfo;
    const { username, password } = this.#options;
    return { uri: `rtsp://127.0.0.1:${port}/stream`, ...(username === undefined ? {} : { username, password: password ?? '' }) };
  }

  /** How many connections stand. */
  get open(): number {
    return this.#sockets.size;
  }

  /** Where it sends RTP to by UDP. */
  get clientPort(): number {
    return this.#clientPort;
  }

  get playing(): number {
    return this.#playing.size;
  }

  /** Sends the next picture; the film is repeated without end. `lose`: indices of packets that are lost. `order`: in which the others leave. */
  send(lose: readonly number[] = [], order: (packets: Buffer[]) => Buffer[] = (packets) => packets): void {
    const round = Math.floor(this.#sent / this.#film.length);
    const picture = this.#film[this.#sent % this.#film.length]!;
    const packets = this.#packetiser.picture(picture, this.#rtpBase + picture.at + round * this.#film.length * 3600);
    for (const packet of order(packets.filter((_, i) => !lose.includes(i)))) this.#emit(0, packet);
    this.#sent += 1;
  }

  /** Whether the next picture is a key frame. */
  get nextIsKey(): boolean {
    return this.#film[this.#sent % this.#film.length]!.key;
  }

  sendRtcp(packet: Buffer): void {
    this.#emit(1, packet);
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
    this.#packetiser = new Packetiser({ sequence: 7, source: 42, codec: this.#options.codec ?? 'h264' });
    this.#rtpBase = 1234;
    this.#sent = 0;
  }

  async stop(): Promise<void> {
    this.drop();
    this.#rtp.close();
    this.#rtcp.close();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #emit(channel: 0 | 1, packet: Buffer): void {
    if (this.#options.transport === 'udp') {
      if (this.#playing.size > 0) (channel === 0 ? this.#rtp : this.#rtcp).send(packet, this.#clientPort + channel, '127.0.0.1');
      return;
    }
    const header = Buffer.from([0x24, (this.#options.channel ?? 0) + channel, packet.length >> 8, packet.length & 0xff]);
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
    let received = Buffer.alloc(0);
    socket.on('data', (bytes: Buffer) => {
      received = Buffer.concat([received, bytes]);
      for (;;) {
        const isFrame = received[0] === 0x24;
        const size = isFrame ? 4 + (received.length < 4 ? 0 : received.readUInt16BE(2)) : received.indexOf('\r\n\r\n') + 4;
        if (size < 4 || size > received.length || received.length === 0) return;
        if (isFrame) this.reports.push(received.subarray(4, size));
        else this.#answer(socket, received.toString('latin1', 0, size - 4));
        received = received.subarray(size);
      }
    });
  }

  #answer(socket: Socket, request: string): void {
    const [line = ''] = request.split('\r\n');
    const [method = ''] = line.split(' ');
    this.requests.push(line);
    const sequence = /CSeq: (\d+)/.exec(request)?.[1] ?? '0';
    if (this.#options.answers?.[method] === '') return;
    const [status, ...rest] = (this.#refusal(method, request) ?? this.#options.answers?.[method] ?? this.#usual(method, request)).split('\r\n');
    socket.write([status, ...(this.#options.withoutNumbers ? [] : [`CSeq: ${sequence}`]), ...rest].join('\r\n'));
    if (method === 'PLAY' && status?.includes('RTSP')) this.#playing.add(socket);
  }

  #usual(method: string, request: string): string {
    if (method === 'SETUP' && this.#options.transport === 'udp') return this.#setUpUdp(request);
    if (method === 'OPTIONS') return 'RTSP/1.0 200 OK\r\nPublic: OPTIONS, DESCRIBE, SETUP, PLAY, GET_PARAMETER\r\n\r\n';
    if (method === 'SETUP') return 'RTSP/1.0 200 OK\r\nSession: 12345678;timeout=60\r\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n\r\n';
    if (method !== 'DESCRIBE') return 'RTSP/1.0 200 OK\r\n\r\n';
    const sdp = this.#options.sdp ?? (this.#options.codec === 'hevc' ? SDP.replace('H264', 'H265') : SDP);
    return `RTSP/1.0 200 OK\r\nContent-Type: application/sdp\r\nContent-Length: ${sdp.length}\r\n\r\n${sdp}`;
  }

  #setUpUdp(request: string): string {
    const port = /client_port=(\d+)/.exec(request)?.[1];
    if (port === undefined) return 'RTSP/1.0 461 Unsupported Transport\r\n\r\n';
    this.#clientPort = Number(port);
    const transport = `RTP/AVP;unicast;client_port=${port}-${this.#clientPort + 1};server_port=${this.#rtp.address().port}-${this.#rtcp.address().port}`;
    return `RTSP/1.0 200 OK\r\nSession: 12345678\r\nTransport: ${transport}\r\n\r\n`;
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

import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { FILM_PICTURES, PICTURE_MS, PICTURES_PER_SECOND } from './footage.ts';

const PAYLOAD_BYTES = 1400;
const RTP_HEAD_BYTES = 12;
const FRAME_HEAD_BYTES = 4;
const TICKS_PER_PICTURE = 90_000 / PICTURES_PER_SECOND;
/** A client that is this far behind is dropped. */
const BACKLOG_BYTES = 4 * 1024 * 1024;

type Film = readonly (readonly Buffer[])[];

/** One simulated camera's faults, set from outside. */
export interface Fault {
  /** Sends nothing before this moment of performance.now(). */
  stalledUntilMs: number;
  /** Refuses connections before this moment. */
  refusesUntilMs: number;
  /** The share of packets that never leave. */
  loss: number;
  /** Which of the films it sends. */
  film: number;
}

interface Client {
  readonly socket: Socket;
  readonly camera: number;
  playing: boolean;
  synchronised: boolean;
  sequence: number;
  timestamp: number;
}

/**
 * Many cameras on one RTSP port (RFC 2326; RTP interleaved, RFC 6184), told apart by their path /cam-N: as little work for each as can be, so that two
 * hundred fit beside what is measured. All repeat the same film, each at a moment of its own.
 */
export class Farm {
  readonly faults: readonly Fault[];
  /** Pictures that left, whole or not. */
  picturesSent = 0;
  /** When each picture of the film was last sent, on the scale of Date.now() with fractions; by camera. */
  readonly sentAt: readonly Float64Array[];
  readonly #films: readonly (readonly Buffer[][])[];
  readonly #server: Server;
  readonly #clients = new Set<Client>();
  readonly #sockets = new Map<Socket, number>();
  readonly #next: number[];
  #timer: NodeJS.Timeout | undefined;

  constructor(cameras: number, films: readonly Film[]) {
    this.#films = films.map((film) => film.map((units) => units.flatMap(payloadsOf)));
    this.faults = Array.from({ length: cameras }, () => ({ stalledUntilMs: 0, refusesUntilMs: 0, loss: 0, film: 0 }));
    this.sentAt = this.faults.map(() => new Float64Array(FILM_PICTURES));
    this.#next = this.faults.map((_, camera) => performance.now() + (camera * PICTURE_MS) / cameras);
    this.#server = createServer({ noDelay: true }, (socket) => this.#serve(socket));
  }

  /** Resolves to the port. */
  async start(): Promise<number> {
    await new Promise<void>((listening) => this.#server.listen(0, '127.0.0.1', listening));
    this.#timer = setInterval(() => this.#due(), 4);
    return (this.#server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    for (const socket of this.#sockets.keys()) socket.destroy();
    await new Promise((closed) => this.#server.close(closed));
  }

  /** Breaks a camera's connections: closed, or reset (RST). */
  hangUp(camera: number, how: 'close' | 'reset'): void {
    for (const [socket, of] of this.#sockets) {
      if (of !== camera) continue;
      if (how === 'reset') socket.resetAndDestroy();
      else socket.destroy();
    }
  }

  #due(): void {
    const now = performance.now();
    this.#next.forEach((at, camera) => {
      if (at > now) return;
      // Held up for long: go on at the present, as a camera would.
      const next = now - at > 1000 ? now : at;
      const index = Math.floor(next / PICTURE_MS + camera * 7) % FILM_PICTURES;
      this.#next[camera] = next + PICTURE_MS;
      for (const client of this.#clients) if (client.camera === camera && client.playing) this.#send(client, index);
    });
  }

  #send(client: Client, index: number): void {
    const fault = this.faults[client.camera];
    const payloads = this.#films[fault?.film ?? 0]?.[index];
    if (fault === undefined || payloads === undefined) return;
    client.timestamp = (client.timestamp + TICKS_PER_PICTURE) >>> 0;
    const isKey = ((payloads[0]?.[0] ?? 0) & 0x1f) === 7;
    if (!client.synchronised && !isKey) return;
    client.synchronised = fault.stalledUntilMs <= performance.now();
    if (!client.synchronised) return;
    if (client.socket.writableLength > BACKLOG_BYTES) return void client.socket.destroy();
    const kept = fault.loss === 0 ? payloads : payloads.map((payload) => (Math.random() < fault.loss ? undefined : payload));
    client.socket.write(blockOf(kept, client));
    client.sequence = (client.sequence + payloads.length) & 0xffff;
    this.picturesSent += 1;
    const sentAt = this.sentAt[client.camera];
    if (sentAt !== undefined) sentAt[index] = performance.timeOrigin + performance.now();
  }

  #serve(socket: Socket): void {
    socket.on('error', () => undefined);
    this.#sockets.set(socket, -1);
    let client: Client | undefined;
    socket.on('close', () => {
      this.#sockets.delete(socket);
      if (client !== undefined) this.#clients.delete(client);
    });
    let text = '';
    socket.on('data', (bytes) => {
      // Reports of the receiver come as interleaved frames; requests are told by their words.
      text = (text + bytes.toString('latin1')).slice(-4096);
      for (;;) {
        const request = /([A-Z_]+) rtsp:\/\/[^/]+\/cam-(\d+)\S* RTSP\/1\.0\r\n((?:.+\r\n)*)\r\n/.exec(text);
        if (request === null) return;
        text = text.slice(request.index + request[0].length);
        const [, method = '', camera = '0', head = ''] = request;
        if ((this.faults[Number(camera)]?.refusesUntilMs ?? Infinity) > performance.now()) return void socket.destroy();
        this.#sockets.set(socket, Number(camera));
        client ??= {
          socket,
          camera: Number(camera),
          playing: false,
          synchronised: false,
          sequence: Math.floor(Math.random() * 65536),
          timestamp: Math.floor(Math.random() * 2 ** 32),
        };
        this.#clients.add(client);
        socket.write(answerTo(method, /CSeq: *(\d+)/i.exec(head)?.[1] ?? '0', head.includes('RTP/AVP/TCP')));
        if (method === 'PLAY') client.playing = true;
      }
    });
  }
}

const sdp = [
  'v=0',
  'o=- 1 1 IN IP4 127.0.0.1',
  's=farm',
  't=0 0',
  'm=video 0 RTP/AVP 96',
  'c=IN IP4 0.0.0.0',
  'a=rtpmap:96 H264/90000',
  'a=fmtp:96 packetization-mode=1',
  'a=control:track1',
  '',
].join('\r\n');

function answerTo(method: string, sequence: string, interleaved: boolean): string {
  // Who asks for UDP first goes on with TCP after this (RFC 2326, 11.3.14).
  if (method === 'SETUP' && !interleaved) return `RTSP/1.0 461 Unsupported Transport\r\nCSeq: ${sequence}\r\n\r\n`;
  const head = `RTSP/1.0 200 OK\r\nCSeq: ${sequence}\r\n`;
  if (method === 'DESCRIBE') return `${head}Content-Type: application/sdp\r\nContent-Length: ${sdp.length}\r\n\r\n${sdp}`;
  if (method === 'SETUP') return `${head}Session: 12345678;timeout=60\r\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n\r\n`;
  if (method === 'OPTIONS') return `${head}Public: OPTIONS, DESCRIBE, SETUP, PLAY, GET_PARAMETER, TEARDOWN\r\n\r\n`;
  return `${head}Session: 12345678\r\n\r\n`;
}

/** One NAL unit as a single packet, or as fragments FU-A (RFC 6184, 5.6 and 5.8). */
function payloadsOf(unit: Buffer): Buffer[] {
  if (unit.length <= PAYLOAD_BYTES) return [unit];
  const header = unit[0] ?? 0;
  const payloads: Buffer[] = [];
  for (let from = 1; from < unit.length; from += PAYLOAD_BYTES) {
    const to = Math.min(unit.length, from + PAYLOAD_BYTES);
    const flags = (from === 1 ? 0x80 : 0) | (to === unit.length ? 0x40 : 0);
    payloads.push(Buffer.concat([Buffer.from([(header & 0xe0) | 28, flags | (header & 0x1f)]), unit.subarray(from, to)]));
  }
  return payloads;
}

/** A picture's packets in one piece: a system call for each would cost more than the copy. What is undefined is lost. */
function blockOf(payloads: readonly (Buffer | undefined)[], { sequence, timestamp, camera }: Client): Buffer {
  const length = payloads.reduce((sum, payload) => sum + (payload === undefined ? 0 : FRAME_HEAD_BYTES + RTP_HEAD_BYTES + payload.length), 0);
  const block = Buffer.allocUnsafe(length);
  let at = 0;
  payloads.forEach((payload, n) => {
    if (payload === undefined) return;
    block.writeUInt16BE(0x2400, at);
    block.writeUInt16BE(RTP_HEAD_BYTES + payload.length, at + 2);
    block[at + 4] = 0x80;
    block[at + 5] = (n === payloads.length - 1 ? 0x80 : 0) | 96;
    block.writeUInt16BE((sequence + n) & 0xffff, at + 6);
    block.writeUInt32BE(timestamp, at + 8);
    block.writeUInt32BE(camera + 1, at + 12);
    payload.copy(block, at + FRAME_HEAD_BYTES + RTP_HEAD_BYTES);
    at += FRAME_HEAD_BYTES + RTP_HEAD_BYTES + payload.length;
  });
  return block;
}

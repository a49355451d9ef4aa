import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { until } from '../../support/until.ts';
import { digestAnswer } from './soap-client.ts';

export interface RtspReply {
  readonly status: number;
  readonly headers: Readonly<Partial<Record<string, string>>>;
  readonly body: string;
}

/** An RTP packet, taken apart (RFC 3550 clause 5.1). */
export interface RtpPacket {
  readonly marker: boolean;
  readonly sequence: number;
  readonly timestamp: number;
  readonly ssrc: number;
  readonly payload: Buffer;
}

export function parseRtp(data: Buffer): RtpPacket {
  return {
    marker: (data[1]! & 0x80) !== 0,
    sequence: data.readUInt16BE(2),
    timestamp: data.readUInt32BE(4),
    ssrc: data.readUInt32BE(8),
    payload: data.subarray(12),
  };
}

/** A bare RTSP client for one connection: requests, replies, interleaved packets. */
export class RtspClient {
  readonly base: string;
  readonly packets: RtpPacket[] = [];
  readonly reports: Buffer[] = [];
  readonly replies: RtspReply[] = [];
  readonly socket: Socket;
  closed = false;
  session = '';
  #buffer = Buffer.alloc(0);
  #challenge = '';
  #cseq = 0;

  private constructor(port: number) {
    this.base = `rtsp://127.0.0.1:${port}/stream`;
    this.socket = connect(port, '127.0.0.1');
    this.socket.on('data', (chunk: Buffer) => this.#read(chunk));
    this.socket.on('error', () => undefined);
    this.socket.on('close', () => (this.closed = true));
  }

  static async connect(port: number): Promise<RtspClient> {
    const client = new RtspClient(port);
    await until('the connection', () => !client.socket.connecting || client.closed);
    return client;
  }

  /** Sends a request without waiting. */
  send(method: string, uri = this.base, headers: Record<string, string> = {}): void {
    const authorization: Record<string, string> = this.#challenge === '' ? {} : { Authorization: digestAnswer(this.#challenge, method, uri) };
    const session: Record<string, string> = this.session === '' ? {} : { Session: this.session };
    const lines = Object.entries({ CSeq: String(++this.#cseq), ...authorization, ...session, ...headers }).map(
      ([name, value]) => `${name}: ${value}`,
    );
    this.socket.write(`${method} ${uri} RTSP/1.0\r\n${lines.join('\r\n')}\r\n\r\n`);
  }

  /** Sends a request and waits for its reply. */
  async ask(method: string, uri?: string, headers?: Record<string, string>): Promise<RtspReply> {
    const before = this.replies.length;
    this.send(method, uri, headers);
    return await until(`the reply to ${method}`, () => this.replies[before]);
  }

  /** Gets the description, with the Digest that the camera asks for. */
  async describe(): Promise<RtspReply> {
    const { headers } = await this.ask('DESCRIBE');
    this.#challenge = headers['www-authenticate'] ?? '';
    return await this.ask('DESCRIBE');
  }

  /** Describes and sets up; `transport` is interleaved unless said otherwise. */
  async setUp(transport = 'RTP/AVP/TCP;unicast;interleaved=0-1'): Promise<RtspReply> {
    await this.describe();
    const reply = await this.ask('SETUP', `${this.base}/trackID=1`, { Transport: transport });
    this.session = (reply.headers['session'] ?? '').split(';')[0]!;
    return reply;
  }

  /** Describes, sets up and plays. */
  async play(): Promise<RtspReply> {
    await this.setUp();
    return await this.ask('PLAY', `${this.base}/`);
  }

  async pictures(count: number): Promise<RtpPacket[][]> {
    return await until(`${count} pictures`, () => {
      const pictures: RtpPacket[][] = [[]];
      for (const packet of this.packets) {
        pictures.at(-1)!.push(packet);
        if (packet.marker) pictures.push([]);
      }
      return pictures.length > count && pictures.slice(0, count);
    });
  }

  close(): void {
    this.socket.destroy();
  }

  #read(chunk: Buffer): void {
    this.#buffer = Buffer.concat([this.#buffer, chunk]);
    for (;;) {
      if (this.#buffer[0] === 0x24) {
        if (this.#buffer.length < 4 || this.#buffer.length < 4 + this.#buffer.readUInt16BE(2)) return;
        const end = 4 + this.#buffer.readUInt16BE(2);
        const data = this.#buffer.subarray(4, end);
        if (this.#buffer[1] === 0) this.packets.push(parseRtp(data));
        else this.reports.push(data);
        this.#buffer = this.#buffer.subarray(end);
        continue;
      }
      const headEnd = this.#buffer.indexOf('\r\n\r\n');
      if (headEnd === -1) return;
      const [first = '', ...lines] = this.#buffer.toString('latin1', 0, headEnd).split('\r\n');
      const headers = Object.fromEntries(
        lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
      );
      const end = headEnd + 4 + Number(headers['content-length'] ?? 0);
      if (this.#buffer.length < end) return;
      this.replies.push({ status: Number(first.split(' ')[1]), headers, body: this.#buffer.toString('utf8', headEnd + 4, end) });
      this.#buffer = this.#buffer.subarray(end);
    }
  }
}

/** The types of the NAL units that a picture's packets hold, by RFC 6184: STAP-A opened, FU-A joined. */
export function nalTypes(picture: readonly RtpPacket[]): number[] {
  return picture.flatMap(({ payload }) => {
    const type = payload[0]! & 0x1f;
    if (type === 28) return (payload[1]! & 0x80) === 0 ? [] : [payload[1]! & 0x1f];
    if (type !== 24) return [type];
    const types: number[] = [];
    for (let offset = 1; offset < payload.length; offset += 2 + payload.readUInt16BE(offset)) types.push(payload[offset + 2]! & 0x1f);
    return types;
  });
}

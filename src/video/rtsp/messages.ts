import { VideoError } from '../video-error.ts';

/** A response or request of RTSP 1.0 (RFC 2326, 4 to 7). Header names are in lower case; a header may occur several times. */
interface RtspMessage {
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly body: Buffer;
}

export interface RtspResponse extends RtspMessage {
  readonly status: number;
  readonly reason: string;
}

export interface RtspRequest extends RtspMessage {
  readonly method: string;
}

export interface RtspHandlers {
  /** One interleaved binary frame (RFC 2326, 10.12). `payload` is valid during the call only. */
  frame(channel: number, payload: Buffer): void;
  response(response: RtspResponse): void;
  /** Servers may send requests too (RFC 2326, 10). */
  request(request: RtspRequest): void;
}

const DOLLAR = 0x24;
const CR = 0x0d;
const LF = 0x0a;
const FRAME_HEADER_BYTES = 4;
export const MAX_HEAD_BYTES = 16 * 1024;
export const MAX_BODY_BYTES = 64 * 1024;
const HEAD_END = '\r\n\r\n';

/**
 * Takes the bytes of one connection as they come, in pieces of any size, and hands on what is complete.
 * It holds back at most one incomplete message, whose size is bounded by the limits above.
 */
export class RtspParser {
  readonly #handlers: RtspHandlers;
  #held = Buffer.allocUnsafe(4096);
  #heldBytes = 0;

  constructor(handlers: RtspHandlers) {
    this.#handlers = handlers;
  }

  /** @throws VideoError `protocol` when the bytes are not RTSP; the connection cannot be used after that. */
  push(chunk: Buffer): void {
    let at = 0;
    while (this.#heldBytes > 0 && at < chunk.length) at += this.#completeHeld(chunk, at);
    while (at < chunk.length) {
      const size = messageSize(chunk, at, chunk.length);
      if (size === undefined || at + size > chunk.length) return this.#hold(chunk, at, chunk.length);
      this.#handOn(chunk.subarray(at, at + size));
      at += size;
    }
  }

  /** Moves just enough of `chunk` to what is held to learn more about it; returns how many bytes. */
  #completeHeld(chunk: Buffer, at: number): number {
    const size = messageSize(this.#held, 0, this.#heldBytes);
    const held = this.#heldBytes;
    // Of a frame the missing bytes alone are copied; a head, whose end is not known, grows by small steps.
    const wanted = size ?? (this.#held[0] === DOLLAR ? FRAME_HEADER_BYTES : held + 256);
    const end = Math.min(chunk.length, at + wanted - held);
    this.#hold(chunk, at, end);
    const known = messageSize(this.#held, 0, this.#heldBytes);
    if (known === undefined || known > this.#heldBytes) return end - at;
    this.#heldBytes = 0;
    this.#handOn(this.#held.subarray(0, known));
    return known - held;
  }

  #hold(bytes: Buffer, start: number, end: number): void {
    const needed = this.#heldBytes + end - start;
    if (needed > this.#held.length) {
      const larger = Buffer.allocUnsafe(Math.max(needed, 2 * this.#held.length));
      this.#held.copy(larger, 0, 0, this.#heldBytes);
      this.#held = larger;
    }
    bytes.copy(this.#held, this.#heldBytes, start, end);
    this.#heldBytes = needed;
  }

  #handOn(message: Buffer): void {
    const first = message[0];
    if (first === DOLLAR) this.#handlers.frame(message[1] ?? 0, message.subarray(FRAME_HEADER_BYTES));
    else if (first !== CR && first !== LF) this.#handOnText(message);
  }

  #handOnText(message: Buffer): void {
    const headEnd = message.indexOf(HEAD_END);
    const [startLine = '', ...lines] = message.toString('latin1', 0, headEnd).split('\r\n');
    const headers = parseHeaders(lines);
    // A copy, since the body outlives the read buffer.
    const body = Buffer.from(message.subarray(headEnd + HEAD_END.length));
    const response = /^RTSP\/\d\.\d (\d{3}) ?(.*)$/.exec(startLine);
    if (response !== null) return this.#handlers.response({ status: Number(response[1]), reason: response[2] ?? '', headers, body });
    const request = /^([A-Z_]{3,20}) \S+ RTSP\/\d\.\d$/.exec(startLine);
    if (request === null) throw new VideoError('protocol', 'the camera does not speak RTSP on this port');
    this.#handlers.request({ method: request[1] ?? '', headers, body });
  }
}

/**
 * The size of the message that begins at `start`, undefined while too little of it is there.
 * A line end between two messages, which some servers send, counts as an empty message of one byte.
 */
function messageSize(bytes: Buffer, start: number, end: number): number | undefined {
  const first = bytes[start] ?? 0;
  if (first === DOLLAR) return end - start < FRAME_HEADER_BYTES ? undefined : FRAME_HEADER_BYTES + bytes.readUInt16BE(start + 2);
  if (first === CR || first === LF) return 1;
  if (first < 0x41 || first > 0x5a) throw new VideoError('protocol', 'the camera sent something that is not RTSP');
  const headEnd = bytes.subarray(start, Math.min(end, start + MAX_HEAD_BYTES)).indexOf(HEAD_END);
  if (headEnd < 0) {
    if (end - start >= MAX_HEAD_BYTES) throw new VideoError('protocol', 'the camera sent an RTSP header without an end');
    return undefined;
  }
  return headEnd + HEAD_END.length + contentLength(bytes.toString('latin1', start, start + headEnd));
}

function contentLength(head: string): number {
  const found = /\r\ncontent-length[ \t]*:[ \t]*(\d*)/i.exec(head);
  if (found === null) return 0;
  const length = Number(found[1]);
  if (found[1] === '' || length > MAX_BODY_BYTES) throw new VideoError('protocol', `the camera announced an RTSP body of an impossible size`);
  return length;
}

function parseHeaders(lines: readonly string[]): Map<string, string[]> {
  const headers = new Map<string, string[]>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon <= 0) continue;
    const name = line.slice(0, colon).trim().toLowerCase();
    const value = line.slice(colon + 1).trim();
    const values = headers.get(name);
    if (values === undefined) headers.set(name, [value]);
    else values.push(value);
  }
  return headers;
}

/** The bytes of a request (RFC 2326, 6). */
export function encodeRequest(method: string, uri: string, headers: Readonly<Record<string, string>>): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${uri} RTSP/1.0\r\n${lines.join('')}\r\n`;
}

/** The bytes of an interleaved frame (RFC 2326, 10.12). */
export function encodeFrame(channel: number, payload: Buffer): Buffer {
  const frame = Buffer.allocUnsafe(FRAME_HEADER_BYTES + payload.length);
  frame[0] = DOLLAR;
  frame[1] = channel;
  frame.writeUInt16BE(payload.length, 2);
  payload.copy(frame, FRAME_HEADER_BYTES);
  return frame;
}

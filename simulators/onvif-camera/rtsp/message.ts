/** An RTSP request (RFC 2326 clause 6). Header names in lower case. */
export interface RtspRequest {
  readonly kind: 'request';
  readonly method: string;
  readonly uri: string;
  readonly headers: Readonly<Partial<Record<string, string>>>;
  readonly body: string;
}

/** Binary data between the messages (clause 10.12). */
export interface InterleavedFrame {
  readonly kind: 'interleaved';
  readonly channel: number;
  readonly data: Buffer;
}

const headLimitBytes = 16 * 1024;
const bodyLimitBytes = 64 * 1024;

/** Cuts a TCP stream into requests and interleaved frames. */
export class RtspReader {
  #buffer = Buffer.alloc(0);

  /** Takes the next bytes and gives what is complete. @throws Error when this is not RTSP or too long. */
  push(chunk: Buffer): (RtspRequest | InterleavedFrame)[] {
    this.#buffer = Buffer.concat([this.#buffer, chunk]);
    const complete: (RtspRequest | InterleavedFrame)[] = [];
    for (;;) {
      const next = this.#buffer[0] === 0x24 ? this.#interleaved() : this.#request();
      if (next === undefined) return complete;
      complete.push(next);
    }
  }

  #interleaved(): InterleavedFrame | undefined {
    if (this.#buffer.length < 4) return undefined;
    const end = 4 + this.#buffer.readUInt16BE(2);
    if (this.#buffer.length < end) return undefined;
    const frame: InterleavedFrame = { kind: 'interleaved', channel: this.#buffer[1] ?? 0, data: this.#buffer.subarray(4, end) };
    this.#buffer = this.#buffer.subarray(end);
    return frame;
  }

  #request(): RtspRequest | undefined {
    // Line ends before a request are skipped (as HTTP/1.1 asks of servers).
    let from = 0;
    while (this.#buffer[from] === 13 || this.#buffer[from] === 10) from++;
    const headEnd = this.#buffer.indexOf('\r\n\r\n', from);
    if (headEnd === -1) {
      if (this.#buffer.length > headLimitBytes) throw new Error('the head of an RTSP request is too long');
      return undefined;
    }
    const [first = '', ...lines] = this.#buffer.toString('latin1', from, headEnd).split('\r\n');
    const [, method, uri] = /^([A-Z_]+) (\S+) RTSP\/1\.\d$/.exec(first) ?? [];
    if (method === undefined || uri === undefined) throw new Error('not an RTSP request');
    const headers: Partial<Record<string, string>> = {};
    for (const line of lines) {
      const colon = line.indexOf(':');
      if (colon > 0) headers[line.slice(0, colon).trim().toLowerCase()] = line.slice(colon + 1).trim();
    }
    const length = Number(headers['content-length'] ?? 0);
    if (!Number.isInteger(length) || length < 0 || length > bodyLimitBytes) throw new Error('the length of an RTSP request is wrong');
    const end = headEnd + 4 + length;
    if (this.#buffer.length < end) return undefined;
    const body = this.#buffer.toString('utf8', headEnd + 4, end);
    this.#buffer = this.#buffer.subarray(end);
    return { kind: 'request', method, uri, headers, body };
  }
}

const reasons: Readonly<Record<number, string>> = {
  200: 'OK',
  400: 'Bad Request',
  401: 'Unauthorized',
  404: 'Not Found',
  453: 'Not Enough Bandwidth',
  454: 'Session Not Found',
  455: 'Method Not Valid in This State',
  457: 'Invalid Range',
  459: 'Aggregate Operation Not Allowed',
  461: 'Unsupported Transport',
  501: 'Not Implemented',
};

/** A response's bytes (clause 7). */
export function rtspResponse(status: number, cseq: string, headers: Readonly<Record<string, string>> = {}, body = ''): Buffer {
  const lines = [`RTSP/1.0 ${status} ${reasons[status] ?? 'Error'}`, `CSeq: ${cseq}`];
  for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`);
  if (body !== '') lines.push(`Content-Length: ${Buffer.byteLength(body)}`);
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`);
}

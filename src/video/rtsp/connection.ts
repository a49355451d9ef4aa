import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import type { Clock } from '../../domain/clock.ts';
import { VideoError, fromSocketError } from '../video-error.ts';
import { authorization, parseChallenges, strongest } from './auth.ts';
import type { Challenge, Credentials } from './auth.ts';
import { RtspParser, encodeFrame, encodeRequest } from './messages.ts';
import type { RtspRequest, RtspResponse } from './messages.ts';

export interface Server {
  readonly host: string;
  readonly port: number;
  readonly credentials: Credentials | undefined;
}

/** How long the camera may take to accept the connection, and to answer each request. */
const ANSWER_LIMIT_MS = 5_000;
/** The same buffer takes every read of the connection: pictures are copied out of it into slabs, nothing else stays. */
const READ_BUFFER_BYTES = 64 * 1024;

interface PendingRequest {
  readonly resolve: (response: RtspResponse) => void;
  readonly reject: (reason: Error) => void;
  readonly cancelDeadline: () => void;
}

/** One TCP connection to an RTSP server: requests with authentication, and interleaved frames. */
export class RtspConnection {
  /** Rejects with a VideoError when the connection is lost or closed. */
  readonly lost: Promise<never>;
  readonly #socket: Socket;
  readonly #clock: Clock;
  readonly #server: Server;
  readonly #onFrame: (channel: number, payload: Buffer) => void;
  readonly #pending = new Map<number, PendingRequest>();
  readonly #connected: Promise<void>;
  #fail: (reason: VideoError) => void = () => undefined;
  #failure: VideoError | undefined;
  #sequence = 0;
  #challenge: Challenge | undefined;
  #nonceCount = 0;

  constructor(server: Server, clock: Clock, onFrame: (channel: number, payload: Buffer) => void) {
    this.#server = server;
    this.#clock = clock;
    this.#onFrame = onFrame;
    this.lost = new Promise((_, reject) => (this.#fail = reject));
    this.lost.catch(() => undefined);
    const parser = new RtspParser({
      frame: (channel, payload) => this.#onFrame(channel, payload),
      response: (response) => this.#answered(response),
      request: (request) => this.#refuse(request),
    });
    this.#socket = connect({
      host: server.host,
      port: server.port,
      noDelay: true,
      onread: {
        buffer: Buffer.allocUnsafeSlow(READ_BUFFER_BYTES),
        callback: (length, bytes) => this.#read(parser, Buffer.from(bytes.buffer, bytes.byteOffset, length)),
      },
    });
    this.#socket.on('error', (error) => this.close(fromSocketError(error)));
    this.#socket.on('close', () => this.close(new VideoError('ended', 'the camera closed the connection')));
    this.#socket.on('end', () => this.close(new VideoError('ended', 'the camera closed the connection')));
    const cancelDeadline = clock.after(ANSWER_LIMIT_MS, () => this.close(new VideoError('timeout', 'the camera does not answer')));
    this.#connected = new Promise((resolve) => {
      this.#socket.once('connect', () => {
        cancelDeadline();
        resolve();
      });
    });
    this.lost.catch(cancelDeadline);
  }

  /** Resolves once the camera has accepted the connection. @throws VideoError. */
  connected(): Promise<void> {
    return Promise.race([this.#connected, this.lost]);
  }

  /**
   * Sends a request and waits for its answer; a 401 is answered once with the credentials.
   * @throws VideoError `unauthorised` when they are refused, or why the connection was lost. Other statuses are returned.
   */
  async request(method: string, uri: string, headers: Readonly<Record<string, string>> = {}): Promise<RtspResponse> {
    const first = await this.#exchange(method, uri, headers);
    if (first.status !== 401) return first;
    const { credentials } = this.#server;
    if (credentials === undefined) throw new VideoError('unauthorised', 'the camera asks for a password and none is configured');
    const challenge = strongest(parseChallenges(first.headers.get('www-authenticate') ?? []));
    if (challenge === undefined) throw new VideoError('unsupported', 'the camera asks for a kind of authentication that is not supported');
    this.#challenge = challenge;
    this.#nonceCount = 0;
    const second = await this.#exchange(method, uri, headers);
    if (second.status === 401) throw new VideoError('unauthorised', 'the camera refuses the user name or the password');
    return second;
  }

  /** Both ends of the connection. @throws VideoError when it is over. */
  addresses(): { readonly local: string; readonly camera: string } {
    const { localAddress, remoteAddress } = this.#socket;
    if (localAddress === undefined || remoteAddress === undefined) throw new VideoError('ended', 'the camera closed the connection');
    return { local: localAddress, camera: remoteAddress };
  }

  /** Reads nothing until it is let go again, so that the sender must wait. */
  hold(held: boolean): void {
    if (held) this.#socket.pause();
    else this.#socket.resume();
  }

  sendFrame(channel: number, payload: Buffer): void {
    if (this.#failure === undefined) this.#socket.write(encodeFrame(channel, payload));
  }

  /** Sends a last request without waiting for its answer, then closes. */
  finish(method: string, uri: string, headers: Readonly<Record<string, string>>): void {
    if (this.#failure === undefined) this.#socket.write(encodeRequest(method, uri, this.#sign(method, uri, headers)));
    this.close(new VideoError('ended', 'the connection was closed by the gateway'));
  }

  close(reason: VideoError): void {
    if (this.#failure !== undefined) return;
    this.#failure = reason;
    this.#fail(reason);
    for (const { reject, cancelDeadline } of this.#pending.values()) {
      cancelDeadline();
      reject(reason);
    }
    this.#pending.clear();
    this.#socket.destroySoon();
  }

  #read(parser: RtspParser, bytes: Buffer): boolean {
    if (this.#failure !== undefined) return false;
    try {
      parser.push(bytes);
    } catch (error) {
      this.close(
        error instanceof VideoError ? error : new VideoError('protocol', 'the camera sent data that could not be handled', { cause: error }),
      );
    }
    return true;
  }

  #exchange(method: string, uri: string, headers: Readonly<Record<string, string>>): Promise<RtspResponse> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const text = encodeRequest(method, uri, this.#sign(method, uri, headers));
    const sequence = this.#sequence;
    return new Promise((resolve, reject) => {
      const cancelDeadline = this.#clock.after(ANSWER_LIMIT_MS, () => this.close(new VideoError('timeout', `the camera does not answer ${method}`)));
      this.#pending.set(sequence, { resolve, reject, cancelDeadline });
      this.#socket.write(text);
    });
  }

  /** Adds what every request carries: its number and, once the camera has asked for it, the proof that we know the password. */
  #sign(method: string, uri: string, headers: Readonly<Record<string, string>>): Record<string, string> {
    const common = { CSeq: String(++this.#sequence), 'User-Agent': 'Sallyport', ...headers };
    const { credentials } = this.#server;
    if (this.#challenge === undefined || credentials === undefined) return common;
    const request = { method, uri, count: ++this.#nonceCount, cnonce: randomBytes(16).toString('hex') };
    return { ...common, Authorization: authorization(this.#challenge, credentials, request) };
  }

  #answered(response: RtspResponse): void {
    // 1xx: the answer proper follows (RFC 2326, 7.1.1).
    if (response.status < 200) return;
    // One request is under way at a time, so an answer without a number can only be meant for it.
    const number = response.headers.get('cseq')?.[0];
    const sequence = number === undefined ? ([...this.#pending.keys()][0] ?? 0) : Number(number);
    const pending = this.#pending.get(sequence);
    if (pending === undefined) return;
    this.#pending.delete(sequence);
    pending.cancelDeadline();
    pending.resolve(response);
  }

  #refuse({ headers }: RtspRequest): void {
    this.#socket.write(`RTSP/1.0 501 Not Implemented\r\nCSeq: ${headers.get('cseq')?.[0] ?? '0'}\r\n\r\n`);
  }
}

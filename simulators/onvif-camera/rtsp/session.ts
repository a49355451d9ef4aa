import { randomBytes } from 'node:crypto';
import type { Condition } from '../condition.ts';
import type { Picture, PictureSource } from '../picture/source.ts';
import { goodbye, rtpClockRate, senderReport } from './rtp-h264.ts';
import type { MediaTransport } from './transport.ts';

const reportIntervalMs = 5000;

/** One client's playing of the stream. */
export class RtspSession {
  readonly id = randomBytes(8).toString('hex');
  readonly ssrc = randomBytes(4).readUInt32BE();
  readonly #source: PictureSource;
  readonly #condition: Condition;
  readonly #onSent: () => void;
  readonly #onTooSlow: () => void;
  readonly #timestampBase = randomBytes(4).readUInt32BE();
  readonly #startedAt = Date.now();
  #transport: MediaTransport | undefined;
  #silent: MediaTransport | undefined;
  #sequence = randomBytes(2).readUInt16BE();
  #packets = 0;
  #octets = 0;
  #unwatch: (() => void) | undefined;
  #lastPictureAt: number | undefined;
  #reportedAt: number | undefined;
  /** The last sign of life of the client, on performance.now()'s scale. */
  lastSeenMs = performance.now();

  /** @param onSent called for each picture. */
  constructor(source: PictureSource, condition: Condition, onSent: () => void, onTooSlow: () => void) {
    this.#source = source;
    this.#condition = condition;
    this.#onSent = onSent;
    this.#onTooSlow = onTooSlow;
  }

  /** Takes the transport that SETUP agreed on, in place of an earlier one. */
  carryBy(transport: MediaTransport): void {
    this.#transport?.close();
    this.#transport = transport;
  }

  /** Takes the transport of a track on which nothing is ever sent. */
  keepSilentOn(transport: MediaTransport): void {
    this.#silent?.close();
    this.#silent = transport;
  }

  touch(): void {
    this.lastSeenMs = performance.now();
  }

  /** Whether SETUP has been done. */
  get ready(): boolean {
    return this.#transport !== undefined;
  }

  /** Starts sending at the next key frame. Gives what RTP-Info says: where the sequence and the clock stand. */
  play(): { readonly sequence: number; readonly timestamp: number } {
    this.#unwatch ??= this.#source.watch((picture) => this.#send(picture));
    return { sequence: this.#sequence, timestamp: this.#timestamp(Date.now()) };
  }

  /** Stops sending; `play` goes on. */
  pause(): void {
    this.#unwatch?.();
    this.#unwatch = undefined;
    this.#lastPictureAt = undefined;
  }

  /** Ends for good. @param farewell whether the client still listens and gets an RTCP BYE. */
  end(farewell: boolean): void {
    const playing = this.#lastPictureAt !== undefined;
    this.pause();
    if (farewell && playing) this.#transport?.sendReport(Buffer.concat([this.#report(Date.now()), goodbye(this.ssrc)]));
    this.#transport?.close();
    this.#silent?.close();
    this.#transport = undefined;
    this.#silent = undefined;
  }

  #send(picture: Picture): void {
    // Nothing can be decoded before the first key frame, nor after a gap.
    if (this.#lastPictureAt === undefined && !picture.key) return;
    if (this.#condition.stalled) {
      this.#lastPictureAt = undefined;
      return;
    }
    if (this.#reportedAt === undefined || picture.takenAt - this.#reportedAt >= reportIntervalMs) {
      this.#transport?.sendReport(this.#report(picture.takenAt));
      this.#reportedAt = picture.takenAt;
    }
    const first = { marker: false, sequence: this.#sequence, timestamp: this.#timestamp(picture.takenAt), ssrc: this.ssrc };
    if (this.#transport?.sendPicture(picture.payloads, first) === false) {
      this.#onTooSlow();
      return;
    }
    this.#onSent();
    this.#lastPictureAt = picture.takenAt;
    this.#sequence = (this.#sequence + picture.payloads.length) & 0xffff;
    this.#packets += picture.payloads.length;
    for (const payload of picture.payloads) this.#octets += payload.length;
  }

  /** The stream's clock at an instant of the machine's clock. */
  #timestamp(at: number): number {
    return (this.#timestampBase + Math.round(((at + this.#condition.rtpClockJumpMs - this.#startedAt) * rtpClockRate) / 1000)) >>> 0;
  }

  /** Ties the stream's clock to the camera's wall clock. */
  #report(at: number): Buffer {
    const wallClockMs = at + this.#condition.clockSkewMs;
    return senderReport({ ssrc: this.ssrc, wallClockMs, rtpTimestamp: this.#timestamp(at), packets: this.#packets, octets: this.#octets }, 'camera');
  }
}

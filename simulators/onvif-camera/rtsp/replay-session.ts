import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { frameMs } from '../picture/source.ts';
import type { RecordedPicture } from '../picture/recorded.ts';
import { rtpClockRate, rtpHeaderBytes, writeRtpHeader } from './rtp-h264.ts';

/** The replay extension (ONVIF Streaming, 6.3): its identifier, and its length in words. */
const replayExtension = 0xabac;
const extensionWords = 3;
const extensionBytes = 4 + 4 * extensionWords;
const frameHeaderBytes = 4;
const clean = 0x80;
const endOfSection = 0x40;
const discontinuity = 0x20;
/** NTP counts from 1900. */
const ntpOffsetSeconds = 2_208_988_800;

export interface ReplaySessionParts {
  readonly socket: Socket;
  readonly channel: number;
  /** Draws what was recorded from a moment to another. */
  readonly pictures: (from: number, to: number) => Iterable<RecordedPicture>;
}

/** One client's replay of a recording, interleaved in its connection. */
export class ReplaySession {
  readonly id = randomBytes(8).toString('hex');
  readonly #ssrc = randomBytes(4).readUInt32BE();
  readonly #timestampBase = randomBytes(4).readUInt32BE();
  readonly #parts: ReplaySessionParts;
  #sequence = randomBytes(2).readUInt16BE();
  #run = 0;

  constructor(parts: ReplaySessionParts) {
    this.#parts = parts;
  }

  /** Plays instead of what it may be playing; with rate control at the pace of the clock, else as fast as the line takes it. */
  play(from: number, to: number, cseq: number, rateControl: boolean): void {
    this.#run += 1;
    void this.#play(from, to, cseq, rateControl, this.#run).catch(() => undefined);
  }

  stop(): void {
    this.#run += 1;
  }

  async #play(from: number, to: number, cseq: number, rateControl: boolean, run: number): Promise<void> {
    const { socket, pictures } = this.#parts;
    let before: RecordedPicture | undefined;
    let waiting: RecordedPicture | undefined;
    const begunMs = performance.now();
    for (const picture of pictures(from, to)) {
      if (waiting !== undefined) this.#send(waiting, before, picture, cseq);
      before = waiting;
      waiting = picture;
      if (rateControl) await new Promise((due) => setTimeout(due, picture.takenAt - from - (performance.now() - begunMs)));
      else if (socket.writableNeedDrain) await Promise.race([once(socket, 'drain'), once(socket, 'close')]);
      if (run !== this.#run || socket.destroyed) return;
    }
    if (waiting !== undefined) this.#send(waiting, before, undefined, cseq);
  }

  #send(picture: RecordedPicture, before: RecordedPicture | undefined, after: RecordedPicture | undefined, cseq: number): void {
    const { socket, channel } = this.#parts;
    const apart = (a: RecordedPicture | undefined, b: RecordedPicture | undefined) =>
      a === undefined || b === undefined || b.takenAt - a.takenAt > 2 * frameMs;
    const flags = (picture.key ? clean : 0) | (apart(picture, after) ? endOfSection : 0) | (apart(before, picture) ? discontinuity : 0);
    const timestamp = (this.#timestampBase + Math.round((picture.takenAt * rtpClockRate) / 1000)) % 2 ** 32;
    picture.payloads.forEach((payload, n) => {
      const first = n === 0;
      const head = rtpHeaderBytes + (first ? extensionBytes : 0);
      const block = Buffer.alloc(frameHeaderBytes + head);
      block[0] = 0x24;
      block[1] = channel;
      block.writeUInt16BE(head + payload.length, 2);
      writeRtpHeader(block, frameHeaderBytes, {
        marker: n === picture.payloads.length - 1,
        sequence: this.#sequence,
        timestamp,
        ssrc: this.#ssrc,
      });
      if (first) writeExtension(block, frameHeaderBytes, picture.takenAt, flags, cseq);
      this.#sequence = (this.#sequence + 1) & 0xffff;
      if (socket.writable) socket.write(Buffer.concat([block, payload]));
    });
  }
}

/** On the first packet of each picture at least. */
function writeExtension(block: Buffer, rtp: number, at: number, flags: number, cseq: number): void {
  block[rtp] = (block[rtp] ?? 0) | 0x10;
  const offset = rtp + rtpHeaderBytes;
  block.writeUInt16BE(replayExtension, offset);
  block.writeUInt16BE(extensionWords, offset + 2);
  const seconds = Math.floor(at / 1000);
  block.writeUInt32BE((seconds + ntpOffsetSeconds) % 2 ** 32, offset + 4);
  block.writeUInt32BE(Math.floor(((at - seconds * 1000) / 1000) * 2 ** 32), offset + 8);
  block[offset + 12] = flags;
  block[offset + 13] = cseq & 0xff;
}

import { EventEmitter } from 'node:events';
import type { WebSocket } from 'ws';
import { fromVideo } from '../../../src/desk/video-protocol.ts';
import type { FromVideo, Play } from '../../../src/desk/video-protocol.ts';

const typeOf = (piece: Buffer) => piece.toString('latin1', 4, 8);
const isPicture = (piece: Buffer) => typeOf(piece) === 'moof';

/** Initialisation segments and fragments that came in one piece. */
export function piecesOf(bytes: Buffer): Buffer[] {
  // An access unit is one piece.
  if (!['ftyp', 'moof'].includes(typeOf(bytes))) return [Buffer.from(bytes)];
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const first = at + bytes.readUInt32BE(at);
    const end = first + bytes.readUInt32BE(first);
    pieces.push(Buffer.from(bytes.subarray(at, end)));
    at = end;
  }
  return pieces;
}

/** A tile's WebSocket whose line a test can make slow: what is sent waits while `slow` is set. */
export class TestSocket extends EventEmitter {
  slow = false;
  bufferedAmount = 0;
  /** How many pictures were sent. */
  pictures = 0;
  closedWith: number | undefined;
  /** Everything that was sent, in order: messages parsed, initialisation segments and fragments each for itself. */
  readonly received: (FromVideo | Buffer)[] = [];
  #unflushed: (() => void)[] = [];

  send(data: string | Buffer, flushed?: () => void): void {
    const parts = typeof data === 'string' ? [fromVideo.parse(JSON.parse(data))] : piecesOf(data);
    this.received.push(...parts);
    this.bufferedAmount += data.length;
    this.pictures += parts.filter((part) => Buffer.isBuffer(part) && isPicture(part)).length;
    if (flushed !== undefined) this.#unflushed.push(flushed);
    setImmediate(() => {
      if (!this.slow) this.flush();
    });
  }

  /** The line takes everything that waits. */
  flush(): void {
    this.bufferedAmount = 0;
    for (const flushed of this.#unflushed.splice(0)) flushed();
  }

  close(code = 1000): void {
    if (this.closedWith !== undefined) return;
    this.closedWith = code;
    this.emit('close');
  }

  terminate(): void {
    this.close(1006);
  }

  play(play: Omit<Extract<Play, { mode: 'live' }>, 'type'> | Omit<Extract<Play, { mode: 'past' }>, 'type'>): void {
    this.emit('message', Buffer.from(JSON.stringify({ type: 'play', ...play })), false);
  }

  get binary(): Buffer[] {
    return this.received.filter((each) => Buffer.isBuffer(each));
  }

  /** What a player has in the end: the last description and the pictures after it in the order of their times. */
  get film(): Buffer {
    const pictures = this.binary.filter(isPicture);
    const init = this.binary.find((bytes) => typeOf(bytes) === 'ftyp') ?? Buffer.alloc(0);
    const time = (bytes: Buffer) => Number(bytes.readBigUInt64BE(60));
    return Buffer.concat([init, ...pictures.sort((a, b) => time(a) - time(b))]);
  }

  /** Messages of one type. */
  messages<T extends FromVideo['type']>(type: T): Extract<FromVideo, { type: T }>[] {
    return this.received.filter((each): each is Extract<FromVideo, { type: T }> => !Buffer.isBuffer(each) && each.type === type);
  }

  get asWebSocket(): WebSocket {
    return this as unknown as WebSocket;
  }
}

import { EventEmitter } from 'node:events';
import type { WebSocket } from 'ws';
import { fromVideo } from '../../../src/desk/video-protocol.ts';
import type { FromVideo, Play } from '../../../src/desk/video-protocol.ts';

function isPicture(data: string | Buffer): boolean {
  return Buffer.isBuffer(data) && data.toString('latin1', 4, 8) === 'moof';
}

/** A tile's WebSocket whose line a test can make slow: what is sent waits while `slow` is set. */
export class TestSocket extends EventEmitter {
  slow = false;
  bufferedAmount = 0;
  /** How many pictures were sent. */
  pictures = 0;
  closedWith: number | undefined;
  /** Everything that was sent, in order: messages parsed, binary pieces as they are. */
  readonly received: (FromVideo | Buffer)[] = [];
  #unflushed: (() => void)[] = [];

  send(data: string | Buffer, flushed?: () => void): void {
    this.received.push(typeof data === 'string' ? fromVideo.parse(JSON.parse(data)) : Buffer.from(data));
    this.bufferedAmount += data.length;
    if (isPicture(data)) this.pictures += 1;
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
    const init = this.binary.find((bytes) => bytes.toString('latin1', 4, 8) === 'ftyp') ?? Buffer.alloc(0);
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

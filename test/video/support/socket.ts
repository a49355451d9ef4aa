import { EventEmitter } from 'node:events';
import type { WebSocket } from 'ws';
import { fromVideo } from '../../../src/desk/video-protocol.ts';
import type { FromVideo, Play } from '../../../src/desk/video-protocol.ts';

/** A tile's WebSocket whose line a test can make slow: what is sent waits while `slow` is set. */
export class TestSocket extends EventEmitter {
  slow = false;
  bufferedAmount = 0;
  closedWith: number | undefined;
  /** Everything that was sent, in order: messages parsed, binary pieces as they are. */
  readonly received: (FromVideo | Buffer)[] = [];
  #unflushed: (() => void)[] = [];

  send(data: string | Buffer, flushed?: () => void): void {
    this.received.push(typeof data === 'string' ? fromVideo.parse(JSON.parse(data)) : Buffer.from(data));
    this.bufferedAmount += data.length;
    if (flushed !== undefined) this.#unflushed.push(flushed);
    if (!this.slow) setImmediate(() => this.flush());
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

  play(play: Omit<Extract<Play, { mode: 'live' }>, 'type'> | Omit<Extract<Play, { mode: 'past' }>, 'type'>): void {
    this.emit('message', Buffer.from(JSON.stringify({ type: 'play', ...play })), false);
  }

  get binary(): Buffer[] {
    return this.received.filter((each) => Buffer.isBuffer(each));
  }

  /** Messages of one type. */
  messages<T extends FromVideo['type']>(type: T): Extract<FromVideo, { type: T }>[] {
    return this.received.filter((each): each is Extract<FromVideo, { type: T }> => !Buffer.isBuffer(each) && each.type === type);
  }

  get asWebSocket(): WebSocket {
    return this as unknown as WebSocket;
  }
}

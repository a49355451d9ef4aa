import { pino } from 'pino';
import type { StreamAddress } from '../../../src/adapter/contract.ts';
import { systemClock } from '../../../src/domain/clock.ts';
import { CameraFeed } from '../../../src/video/camera-feed.ts';
import type { FeedState } from '../../../src/video/camera-feed.ts';
import { SlabPool } from '../../../src/video/slabs.ts';

/** A camera taken in by the real clock, with everything that it delivered kept. */
export class Watched {
  readonly feed: CameraFeed;
  readonly states: FeedState[] = [];
  readonly #pieces: Buffer[] = [];
  #init: Buffer | undefined;

  constructor(address: StreamAddress) {
    this.feed = new CameraFeed('cam-1', {
      clock: systemClock,
      log: pino({ level: 'silent' }),
      pool: new SlabPool(),
      ringSeconds: 15,
      report: () => Promise.resolve(),
      random: Math.random,
    });
    this.feed.addReader({
      kind: 'viewer',
      picture: ({ fragment }, { stream }) => {
        if (this.states.some(({ state }) => state === 'lost')) return;
        this.#init ??= stream.init;
        this.#pieces.push(Buffer.from(fragment));
      },
      state: (state) => this.states.push(state),
    });
    this.feed.start('Camera 1', () => Promise.resolve(address));
  }

  /** How many pictures came before the first loss. */
  get pictures(): number {
    return this.#pieces.length;
  }

  get fragments(): readonly Buffer[] {
    return this.#pieces;
  }

  get film(): Buffer {
    return Buffer.concat([this.#init ?? Buffer.alloc(0), ...this.#pieces]);
  }
}

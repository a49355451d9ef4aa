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
  /** When each picture is shown, in the order in which they came; in ticks. */
  readonly showTimes: number[] = [];
  /** What was delivered, by the description that it needs. */
  readonly #films = new Map<Buffer, Buffer[]>();

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
      picture: ({ fragment, showAt }, { stream }) => {
        if (this.states.some(({ state }) => state === 'lost')) return;
        const film = this.#films.get(stream.init) ?? [];
        this.#films.set(stream.init, film);
        film.push(Buffer.from(fragment));
        this.showTimes.push(showAt);
      },
      state: (state) => this.states.push(state),
    });
    this.feed.start('Camera 1', () => Promise.resolve(address));
  }

  /** How many pictures came before the first loss. */
  get pictures(): number {
    return this.showTimes.length;
  }

  /** A file for each description of the stream that there was. */
  get films(): readonly Buffer[] {
    return [...this.#films].map(([init, fragments]) => Buffer.concat([init, ...fragments]));
  }

  get film(): Buffer {
    return this.films[0] ?? Buffer.alloc(0);
  }
}

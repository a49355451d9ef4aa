import type { Clock } from '../../domain/clock.ts';
import type { PastPicture } from '../past.ts';

/** So much may wait for a slow viewer before the recorder is made to wait, and no more than this when it goes on. */
const MOST_BYTES = 8 * 1024 * 1024;
const GO_ON_BYTES = 2 * 1024 * 1024;

/** Pictures between a recorder that sends as fast as it can and whoever takes them. */
export class PictureQueue {
  readonly #clock: Clock;
  readonly #hold: (held: boolean) => void;
  readonly #pictures: PastPicture[] = [];
  #bytes = 0;
  #held = false;
  #failure: Error | undefined;
  #wake: () => void = () => undefined;

  /** @param hold makes the sender wait, or go on */
  constructor(clock: Clock, hold: (held: boolean) => void) {
    this.#clock = clock;
    this.#hold = hold;
  }

  push(picture: PastPicture): void {
    this.#pictures.push(picture);
    this.#bytes += picture.fragment.length;
    if (!this.#held && this.#bytes > MOST_BYTES) this.#set(true);
    this.#wake();
  }

  /** Nothing more comes, for this reason. */
  end(failure: Error): void {
    this.#failure ??= failure;
    this.#wake();
  }

  /** The next picture; undefined when none comes within `waitMs`. @throws the reason why none comes any more. */
  async next(waitMs: number): Promise<PastPicture | undefined> {
    if (this.#pictures.length === 0 && this.#failure === undefined) {
      await new Promise<void>((resolve) => {
        const cancel = this.#clock.after(waitMs, resolve);
        this.#wake = () => {
          cancel();
          resolve();
        };
      });
    }
    const picture = this.take();
    if (picture === undefined && this.#failure !== undefined) throw this.#failure;
    return picture;
  }

  /** The next picture, if there is one. */
  take(): PastPicture | undefined {
    const picture = this.#pictures.shift();
    if (picture === undefined) return undefined;
    this.#bytes -= picture.fragment.length;
    if (this.#held && this.#bytes < GO_ON_BYTES) this.#set(false);
    return picture;
  }

  close(): void {
    this.end(new Error('nobody takes pictures any more'));
  }

  #set(held: boolean): void {
    this.#held = held;
    this.#hold(held);
  }
}

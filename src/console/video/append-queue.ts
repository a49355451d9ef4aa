import type { Range } from './steer.ts';

type Step = { readonly append: ArrayBuffer } | { readonly mime: string; readonly offsetS: number } | { readonly removeUntil: number };

/** Who is told what becomes of the steps. */
export interface AppendHandlers {
  /** Called after each step. */
  readonly changed: () => void;
  /** Called when the browser refuses the stream. */
  readonly failed: (reason: string) => void;
}

/** A MediaSource with one SourceBuffer, which takes one step at a time: appends and removals wait here for their turn. */
export class AppendQueue {
  readonly #source = new MediaSource();
  readonly #address = URL.createObjectURL(this.#source);
  #handlers: AppendHandlers | undefined;
  #buffer: SourceBuffer | undefined;
  #mime = '';
  #steps: Step[] = [];

  /** Opens the source in `video`; nobody needs to listen yet. */
  constructor(video: HTMLVideoElement) {
    this.#source.addEventListener('sourceopen', () => this.#next(), { once: true });
    video.src = this.#address;
  }

  listen(handlers: AppendHandlers): void {
    this.#handlers = handlers;
  }

  /** Announces an initialisation segment; pictures after it are moved by `offsetS`, to the time base of the first one. */
  format(mime: string, offsetS: number): void {
    this.#push({ mime, offsetS });
  }

  append(data: ArrayBuffer): void {
    this.#push({ append: data });
  }

  removeUntil(seconds: number): void {
    this.#push({ removeUntil: seconds });
  }

  /** What the buffer holds, in order. */
  ranges(): readonly Range[] {
    const buffered = this.#source.readyState === 'closed' ? undefined : this.#buffer?.buffered;
    if (buffered === undefined) return [];
    return Array.from({ length: buffered.length }, (_, index) => ({ start: buffered.start(index), end: buffered.end(index) }));
  }

  close(): void {
    this.#handlers = undefined;
    this.#steps = [];
    this.#buffer = undefined;
    URL.revokeObjectURL(this.#address);
  }

  #push(step: Step): void {
    this.#steps.push(step);
    this.#next();
  }

  #next(): void {
    if (this.#source.readyState === 'closed' || this.#buffer?.updating === true) return;
    const step = this.#steps.shift();
    if (step === undefined) return;
    try {
      if (this.#take(step)) return;
    } catch (error) {
      if (error instanceof DOMException && error.name === 'QuotaExceededError' && 'append' in step) {
        this.#makeRoom(step);
        return;
      }
      this.#handlers?.failed(error instanceof Error ? error.message : String(error));
      return;
    }
    this.#next();
  }

  /** Whether an `updateend` will follow. */
  #take(step: Step): boolean {
    if ('mime' in step) {
      this.#setFormat(step.mime, step.offsetS);
      return false;
    }
    if (this.#buffer === undefined) return false;
    if ('append' in step) this.#buffer.appendBuffer(step.append);
    else this.#buffer.remove(0, step.removeUntil);
    return true;
  }

  #setFormat(mime: string, offsetS: number): void {
    if (this.#buffer === undefined) {
      this.#buffer = this.#source.addSourceBuffer(mime);
      this.#buffer.addEventListener('updateend', () => {
        this.#handlers?.changed();
        this.#next();
      });
      this.#buffer.addEventListener('error', () => this.#handlers?.failed('the pictures cannot be decoded'));
    } else if (mime !== this.#mime) {
      this.#buffer.changeType(mime);
    }
    this.#mime = mime;
    if (this.#buffer.timestampOffset !== offsetS) this.#buffer.timestampOffset = offsetS;
  }

  /** The browser's buffer is full: give up the older half, then take the piece again. */
  #makeRoom(step: Step): void {
    const ranges = this.ranges();
    const [start, end] = [ranges[0]?.start ?? 0, ranges.at(-1)?.end ?? 0];
    if (end - start < 2) {
      this.#handlers?.failed('the browser has no memory left for the picture');
      return;
    }
    this.#steps.unshift({ removeUntil: (start + end) / 2 }, step);
    this.#next();
  }
}

import { mkdir, rename, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Logger } from 'pino';
import type { PointId } from '../domain/point.ts';
import { fileName } from './evidence-files.ts';

/** A flood of alarms must not ask every camera at once. */
const MAX_AT_ONCE = 4;
const MAX_QUEUED = 256;

interface Wanted {
  readonly incident: string;
  readonly camera: PointId;
}

/** Keeps the picture that each camera makes when an incident is opened, as `<directory>/<incident>/<camera>.jpg`. */
export class Snapshots {
  readonly #directory: string;
  readonly #fetch: (camera: PointId) => Promise<Uint8Array>;
  readonly #log: Logger;
  readonly #queue: Wanted[] = [];
  readonly #running = new Set<Promise<void>>();

  /** `fetch` asks the camera; a camera that gives no picture has none, and that is no error of the gateway. */
  constructor(directory: string, fetch: (camera: PointId) => Promise<Uint8Array>, log: Logger) {
    this.#directory = directory;
    this.#fetch = fetch;
    this.#log = log;
  }

  /** Returns at once. */
  keep(incident: string, cameras: readonly PointId[]): void {
    for (const camera of new Set(cameras)) this.#queue.push({ incident, camera });
    const left = this.#queue.splice(0, Math.max(0, this.#queue.length - MAX_QUEUED));
    if (left.length > 0) this.#log.warn({ pictures: left.length }, 'pictures of alarms were left out: too many at a time');
    this.#startQueued();
  }

  /** The path of a kept picture. */
  async path(incident: string, camera: PointId): Promise<string | undefined> {
    const path = this.#pathOf({ incident, camera });
    const found = await stat(path).catch(() => undefined);
    return found?.isFile() === true ? path : undefined;
  }

  /** Resolves when those under way are done. */
  async close(): Promise<void> {
    this.#queue.length = 0;
    await Promise.all(this.#running);
  }

  #startQueued(): void {
    while (this.#running.size < MAX_AT_ONCE) {
      const wanted = this.#queue.shift();
      if (wanted === undefined) return;
      const running = this.#take(wanted).finally(() => {
        this.#running.delete(running);
        this.#startQueued();
      });
      this.#running.add(running);
    }
  }

  async #take(wanted: Wanted): Promise<void> {
    try {
      const jpeg = await this.#fetch(wanted.camera);
      const path = this.#pathOf(wanted);
      await mkdir(dirname(path), { recursive: true });
      // Whoever asks for it sees all of it or nothing.
      await writeFile(`${path}.part`, jpeg);
      await rename(`${path}.part`, path);
    } catch (error) {
      this.#log.info({ camera: wanted.camera, reason: (error as Error).message }, 'no picture of the moment of an alarm');
    }
  }

  #pathOf({ incident, camera }: Wanted): string {
    return join(this.#directory, fileName(incident), `${fileName(camera)}.jpg`);
  }
}

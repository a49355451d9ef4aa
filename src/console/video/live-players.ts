import { LivePlayer } from './live-player.ts';
import type { StandBy } from './stand-by.ts';

/** How long a player without a tile waits for one. Its end, which takes time, comes when the pictures of what replaced it are there. */
const REST_MS = 2_000;

/** The cameras that are played live. One that is expected begins before its tile is there; one whose tile is gone can go on in the next tile. */
export class LivePlayers {
  readonly #standBy: StandBy;
  /** Players without a tile, and what ends them. */
  readonly #waiting = new Map<string, { readonly player: LivePlayer; readonly timer: number }>();
  /** How many tiles show each camera. */
  readonly #shown = new Map<string, number>();

  constructor(standBy: StandBy) {
    this.#standBy = standBy;
  }

  /** A tile of this camera is about to be shown: its stream begins now. */
  expect(camera: string): void {
    if (this.#waiting.has(camera) || (this.#shown.get(camera) ?? 0) > 0) return;
    this.#keep(new LivePlayer(camera, this.#standBy));
  }

  /** A player for one tile. */
  take(camera: string): LivePlayer {
    this.#shown.set(camera, (this.#shown.get(camera) ?? 0) + 1);
    const waiting = this.#waiting.get(camera);
    if (waiting === undefined) return new LivePlayer(camera, this.#standBy);
    window.clearTimeout(waiting.timer);
    this.#waiting.delete(camera);
    return waiting.player;
  }

  giveBack(player: LivePlayer): void {
    const { camera } = player;
    this.#shown.set(camera, (this.#shown.get(camera) ?? 1) - 1);
    player.rest();
    this.#keep(player);
  }

  close(): void {
    for (const camera of [...this.#waiting.keys()]) this.#end(camera);
  }

  #keep(player: LivePlayer): void {
    const { camera } = player;
    this.#end(camera);
    this.#waiting.set(camera, { player, timer: window.setTimeout(() => this.#end(camera), REST_MS) });
  }

  #end(camera: string): void {
    const waiting = this.#waiting.get(camera);
    if (waiting === undefined) return;
    window.clearTimeout(waiting.timer);
    this.#waiting.delete(camera);
    waiting.player.close();
  }
}

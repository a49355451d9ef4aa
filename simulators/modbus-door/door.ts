/** How one door is built and wired. Durations in milliseconds. */
export interface DoorBuild {
  /** Whether the controller itself decides that a door was forced. A plain input/output board does not. */
  readonly forcedLogic: boolean;
  readonly heldAfterMs: number;
  readonly strikeMs: number;
  /** After the strike has locked again, an opening still counts as authorised for this long: a hand was on the handle. */
  readonly graceMs: number;
  /** How long the contact of the exit button stays made. */
  readonly exitContactMs: number;
}

/** Locked, unlocked until told otherwise, or released for the strike time. */
export type DoorMode = 'locked' | 'unlocked' | 'pulse';

/** One door: leaf, strike, exit button, and what the controller concludes from them. */
export class Door {
  readonly build: DoorBuild;
  strikeMs: number;
  mode: DoorMode = 'locked';
  open = false;
  exitRequested = false;
  forced = false;
  held = false;
  tampered = false;
  faulty = false;
  #authorisedUntil = 0;
  readonly #timers = new Map<string, NodeJS.Timeout>();

  constructor(build: DoorBuild) {
    this.build = build;
    this.strikeMs = build.strikeMs;
  }

  /** The strike is without tension: the leaf can be opened. A faulty strike does not move. */
  get released(): boolean {
    return this.mode !== 'locked' && !this.faulty;
  }

  lock(): void {
    if (this.released) this.#authorisedUntil = Date.now() + this.build.graceMs;
    this.#cancel('strike');
    this.mode = 'locked';
  }

  unlock(): void {
    this.#cancel('strike');
    this.mode = 'unlocked';
  }

  /** Releases the strike for its time, unless the door is unlocked anyhow. */
  access(): void {
    if (this.mode === 'unlocked') return;
    this.mode = 'pulse';
    this.#after('strike', this.strikeMs, () => this.lock());
  }

  /** The exit button: its contact is seen, and the strike is released. */
  requestExit(): void {
    this.exitRequested = true;
    this.#after('exit', this.build.exitContactMs, () => {
      this.exitRequested = false;
    });
    this.access();
  }

  /** The leaf opens, however that came about. */
  openLeaf(): void {
    if (this.open) return;
    this.open = true;
    const authorised = this.released || Date.now() <= this.#authorisedUntil;
    this.forced = this.build.forcedLogic && !authorised;
    this.#after('held', this.build.heldAfterMs, () => {
      this.held = this.mode !== 'unlocked';
    });
  }

  closeLeaf(): void {
    this.#cancel('held');
    this.open = false;
    this.forced = false;
    this.held = false;
  }

  /** Somebody breaks the locked door open. */
  force(): void {
    this.lock();
    this.#authorisedUntil = 0;
    this.openLeaf();
  }

  /** Power is gone and comes back: the strike locks; leaf, tamper switch and a broken strike are as they were. */
  restart(): void {
    this.stop();
    this.mode = 'locked';
    this.strikeMs = this.build.strikeMs;
    this.exitRequested = false;
    this.forced = false;
    this.held = false;
    this.#authorisedUntil = 0;
  }

  /** Releases the timers. */
  stop(): void {
    for (const name of this.#timers.keys()) this.#cancel(name);
  }

  #after(name: string, delayMs: number, action: () => void): void {
    this.#cancel(name);
    this.#timers.set(name, setTimeout(action, delayMs));
  }

  #cancel(name: string): void {
    clearTimeout(this.#timers.get(name));
    this.#timers.delete(name);
  }
}

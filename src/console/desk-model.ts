import type { Clock, EpochMs } from '../domain/clock.ts';
import type { Incident } from '../domain/incident.ts';
import type { DeskConnection, Link } from './desk-connection.ts';
import type { Focus } from './focus-policy.ts';
import { arrivals, focusAfter, focusOn, noFocus } from './focus-policy.ts';
import { reminded } from './reminders.ts';
import type { DeskView } from './store.ts';

/** All that the views show, replaced as a whole with each change. */
export interface DeskSnapshot {
  readonly view: DeskView;
  readonly link: Link;
  readonly focus: Focus;
}

export interface DeskModelOptions {
  readonly connection: DeskConnection;
  readonly clock: Clock;
  /** Whether the dispatcher writes or has a dialog open at this moment. */
  readonly typing: () => boolean;
  /** Called with what is new or has become more urgent, most urgent first. */
  readonly alarm: (arrived: readonly Incident[]) => void;
  /** Called with what the gateway reminds of because nobody has acknowledged it in time, most urgent first. */
  readonly remind: (waiting: readonly Incident[]) => void;
  /** The incident that the page's address names, to be shown first. */
  readonly linked?: string | undefined;
}

/** Joins the connection with the policy of focus; the views subscribe to it. */
export class DeskModel {
  readonly connection: DeskConnection;
  readonly #options: DeskModelOptions;
  readonly #listeners = new Set<() => void>();
  #snapshot: DeskSnapshot;
  #linked: string | undefined;

  constructor(options: DeskModelOptions) {
    this.#options = options;
    this.#linked = options.linked;
    this.connection = options.connection;
    this.#snapshot = { view: this.connection.view, link: this.connection.link, focus: noFocus };
    this.connection.subscribe(() => this.#update());
  }

  snapshot = (): DeskSnapshot => this.#snapshot;

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** The time by the gateway's clock. */
  now = (): EpochMs => this.#options.clock.now() + this.#snapshot.view.clockOffsetMs;

  /** Shows an incident because the dispatcher asked for it; undefined shows the overview. */
  show = (incident: string | undefined): void => {
    this.#set({ ...this.#snapshot, focus: focusOn(this.#snapshot.focus, incident) });
  };

  /** Looks again whether the focus may move, for instance after a dialog was closed. */
  reconsider = (): void => this.#update();

  #update(): void {
    const { view, link } = this.connection;
    const { focus, view: shown } = this.#snapshot;
    const next = this.#asLinked(focusAfter(focus, view.incidents, this.#options.typing()), view);
    const arrived = arrivals(focus.known, view.incidents);
    this.#set({ view, link, focus: next });
    if (arrived.length > 0) this.#options.alarm(arrived);
    const waiting = reminded(shown.incidents, view.incidents);
    if (waiting.length > 0) this.#options.remind(waiting);
  }

  /** Once, when the incidents have come. */
  #asLinked(focus: Focus, { incidents }: DeskView): Focus {
    if (this.#linked === undefined || !incidents.has(this.#linked)) return focus;
    const linked = this.#linked;
    this.#linked = undefined;
    return focusOn(focus, linked);
  }

  #set(snapshot: DeskSnapshot): void {
    this.#snapshot = snapshot;
    for (const listener of this.#listeners) listener();
  }
}

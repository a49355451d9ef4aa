import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { Subject } from 'rxjs';
import type { Observable } from 'rxjs';
import type { Clock } from '../domain/clock.ts';
import type { DeviceSignal, LocatedEvent, Phase, Place, SecurityEvent } from '../domain/event.ts';
import type { PointId } from '../domain/point.ts';
import type { Journal, Unjournalled } from './journal.ts';
import { Outages } from './outages.ts';
import { Overdue } from './overdue.ts';
import { ownerOf, PointStates } from './point-states.ts';
import { Repeats, REPEAT_WINDOW_MS } from './repeats.ts';
import { ShownUnjournalled } from './shown-unjournalled.ts';

/** A device that buffered its messages may report what is hours old; a clock that is further off than this is not believed. */
const OLDEST_BELIEVED_MS = 7 * 24 * 60 * 60 * 1000;

export interface IntakeOptions {
  readonly journal: Pick<Journal, 'append' | 'latestOfEach' | 'repeatKeysSince'>;
  readonly locate: (point: PointId) => Place;
  readonly clock: Clock;
  readonly log: Logger;
}

/** What became of the signals since the start, for the metrics: received = accepted + repeated + unchanged + refused. */
export interface IntakeCounts {
  received: number;
  accepted: number;
  /** Sent twice; dropped after the first was committed. */
  repeated: number;
  /** Read on connecting and the same as before. */
  unchanged: number;
  /** The journal could not take them; the device was not acknowledged. */
  refused: number;
}

interface Waiting {
  readonly event: Unjournalled;
  readonly accept: () => void;
  readonly refuse: (error: Error) => void;
}

/** A state that a waiting event tells. */
interface Awaited {
  readonly phase: Phase;
  readonly committed: Promise<void>;
}

/** Where signals become events: stamped, journalled in groups, then located and passed on. */
export class Intake {
  readonly counts: IntakeCounts = { received: 0, accepted: 0, repeated: 0, unchanged: 0, refused: 0 };
  readonly #options: IntakeOptions;
  readonly #states: PointStates;
  readonly #outages: Outages;
  readonly #overdue: Overdue;
  readonly #repeats: Repeats;
  readonly #events = new Subject<LocatedEvent>();
  readonly #batches = new Subject<number>();
  readonly #shown = new ShownUnjournalled();
  #waiting: Waiting[] = [];
  /** What the waiting events will have made of the states, by kind and owner. */
  #awaited = new Map<string, Awaited>();
  #journalFails = false;

  constructor(options: IntakeOptions) {
    this.#options = options;
    const latest = options.journal.latestOfEach();
    this.#states = new PointStates(latest);
    this.#outages = new Outages(latest);
    this.#overdue = new Overdue({ clock: options.clock, report: (device, signal) => this.report(device, signal) }, latest);
    this.#repeats = new Repeats(options.clock, options.journal.repeatKeysSince(options.clock.now() - REPEAT_WINDOW_MS));
  }

  /** True from a commit that failed to the next that succeeds. */
  get journalFails(): boolean {
    return this.#journalFails;
  }

  /** Every accepted event, in the journal's order, after its commit. While the journal cannot be written: each all the same, once, with `seq` 0. */
  get events(): Observable<LocatedEvent> {
    return this.#events;
  }

  /** After the last event of each commit has been passed on: the journal's position. */
  get batches(): Observable<number> {
    return this.#batches;
  }

  /**
   * Takes a signal of `device`. Resolves when it is on disk, or when it needs not be: repeated, or unchanged since before the reconnection.
   * Rejects when the journal cannot be written: the device must then not be acknowledged. What is critical is passed on all the same, and its
   * repeat, once it can be journalled, is the same event.
   */
  report(device: PointId, signal: DeviceSignal): Promise<void> {
    this.counts.received += 1;
    const earlier = signal.repeatKey === undefined ? undefined : this.#repeats.earlier(device, signal.repeatKey);
    if (earlier !== undefined) {
      this.counts.repeated += 1;
      return earlier;
    }
    const state = `${signal.kind} ${ownerOf(signal)}`;
    const awaited = this.#awaited.get(state);
    const judged = this.#states.judge(signal, awaited?.phase);
    if (judged === undefined) {
      this.counts.unchanged += 1;
      // The same as what waits: it is known when that is.
      if (awaited !== undefined) return awaited.committed.then(() => this.#overdue.confirm(device, signal));
      this.#overdue.confirm(device, signal);
      return Promise.resolve();
    }
    const committed = this.#enqueue(this.#stamp(device, judged));
    if (judged.phase !== 'momentary') this.#awaited.set(state, { phase: judged.phase, committed });
    if (signal.repeatKey !== undefined) this.#repeats.remember(device, signal.repeatKey, committed);
    return committed;
  }

  /** Ends what waits; nothing is to be reported any more. */
  close(): void {
    this.#overdue.close();
  }

  #stamp(device: PointId, signal: DeviceSignal): Unjournalled {
    const receivedAt = this.#options.clock.now();
    const event = { details: {}, ...signal, id: randomUUID(), device, receivedAt, eventAt: eventTime(signal, receivedAt) };
    return this.#shown.earlier(event) ?? this.#outages.complete(event);
  }

  /** What arrives in the same turn of the event loop shares one commit. */
  #enqueue(event: Unjournalled): Promise<void> {
    return new Promise((accept, refuse) => {
      this.#waiting.push({ event, accept, refuse });
      if (this.#waiting.length === 1) setImmediate(() => this.#commit());
    });
  }

  #commit(): void {
    const batch = this.#waiting;
    this.#waiting = [];
    this.#awaited.clear();
    let events;
    try {
      events = this.#options.journal.append(batch.map(({ event }) => event));
    } catch (cause) {
      this.counts.refused += batch.length;
      this.#options.log.error({ err: cause, signals: batch.length }, 'the journal cannot be written: devices are not acknowledged and will repeat');
      this.#journalFails = true;
      const error = new Error('the journal cannot be written', { cause });
      for (const { refuse } of batch) refuse(error);
      for (const event of this.#shown.newIn(batch.map((each) => each.event))) this.#pass({ ...event, seq: 0 });
      return;
    }
    this.#journalFails = false;
    this.counts.accepted += batch.length;
    for (const { accept } of batch) accept();
    for (const event of events) {
      this.#states.apply(event);
      this.#outages.apply(event);
      this.#overdue.apply(event);
      this.#shown.journalled(event);
      this.#pass(event);
    }
    this.#batches.next(events.at(-1)?.seq ?? 0);
  }

  #pass(event: SecurityEvent): void {
    this.#events.next({ ...event, place: this.#options.locate(event.point) });
  }
}

/** The device's time with its known offset taken out; ours where it is unknown, lies in the future or is absurdly old. */
function eventTime({ occurredAt, clockOffsetMs }: DeviceSignal, receivedAt: number): number {
  if (occurredAt === undefined || clockOffsetMs === undefined) return receivedAt;
  const corrected = Math.round(occurredAt - clockOffsetMs);
  if (corrected < receivedAt - OLDEST_BELIEVED_MS) return receivedAt;
  return Math.min(corrected, receivedAt);
}

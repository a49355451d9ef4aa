import type { Logger } from 'pino';
import { Subject } from 'rxjs';
import type { Observable } from 'rxjs';
import type { Clock } from '../domain/clock.ts';
import type { DeviceSignal, Located, LocatedEvent } from '../domain/event.ts';
import type { PointId } from '../domain/point.ts';
import { Batch } from './batch.ts';
import type { Journal, Unjournalled } from './journal.ts';
import { Outages } from './outages.ts';
import { Overdue } from './overdue.ts';
import { PointStates } from './point-states.ts';
import { Repeats, REPEAT_WINDOW_MS } from './repeats.ts';
import { ShownUnjournalled } from './shown-unjournalled.ts';
import { located, stamped } from './stamped.ts';

export interface IntakeOptions {
  readonly journal: Pick<Journal, 'append' | 'latestOfEach' | 'repeatKeysSince'>;
  readonly locate: (point: PointId) => Located;
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
  #waiting: Batch | undefined;
  #journalFails = false;

  constructor(options: IntakeOptions) {
    this.#options = options;
    const latest = options.journal.latestOfEach();
    this.#states = new PointStates(latest, options.locate);
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
    const awaited = signal.initial === true ? this.#waiting?.phase(signal) : undefined;
    const judged = this.#states.judge(signal, awaited);
    if (judged === undefined) {
      this.counts.unchanged += 1;
      // The same as what waits: it is known when that is.
      if (awaited !== undefined && this.#waiting !== undefined) return this.#waiting.committed.then(() => this.#overdue.confirm(device, signal));
      this.#overdue.confirm(device, signal);
      return Promise.resolve();
    }
    const committed = this.#enqueue(this.#stamp(device, judged));
    if (signal.repeatKey !== undefined) this.#repeats.remember(device, signal.repeatKey, committed);
    return committed;
  }

  /** Ends what waits; nothing is to be reported any more. */
  close(): void {
    this.#overdue.close();
  }

  #stamp(device: PointId, signal: DeviceSignal): Unjournalled {
    const event = stamped(device, signal, this.#options.clock.now());
    return this.#shown.earlier(event) ?? this.#outages.complete(event);
  }

  #enqueue(event: Unjournalled): Promise<void> {
    if (this.#waiting === undefined) {
      const batch = new Batch();
      this.#waiting = batch;
      setImmediate(() => this.#commit(batch));
    }
    this.#waiting.add(event);
    return this.#waiting.committed;
  }

  #commit(batch: Batch): void {
    this.#waiting = undefined;
    let positions;
    try {
      positions = this.#options.journal.append(batch.events);
    } catch (cause) {
      this.counts.refused += batch.events.length;
      this.#options.log.error(
        { err: cause, signals: batch.events.length },
        'the journal cannot be written: devices are not acknowledged and will repeat',
      );
      this.#journalFails = true;
      batch.refuse(new Error('the journal cannot be written', { cause }));
      for (const event of this.#shown.newIn(batch.events)) this.#events.next(located(event, 0, this.#options.locate(event.point)));
      return;
    }
    this.#journalFails = false;
    this.counts.accepted += batch.events.length;
    batch.accept();
    for (const [index, unjournalled] of batch.events.entries()) {
      const event = located(unjournalled, positions[index] ?? 0, this.#options.locate(unjournalled.point));
      this.#states.apply(event);
      this.#outages.apply(event);
      this.#overdue.apply(event);
      this.#shown.journalled(event);
      this.#events.next(event);
    }
    this.#batches.next(positions.at(-1) ?? 0);
  }
}

import type { SchedulerLike, Subscription } from 'rxjs';
import type { EpochMs } from '../domain/clock.ts';

/** Who waits for a time. */
export interface Waiting {
  readonly rule: string;
  due(): void;
}

/** When somebody's time comes. */
export interface Due {
  readonly at: EpochMs;
  /** What is due at the same time is done in the order in which it was asked for. */
  readonly order: number;
  readonly waiting: Waiting;
  cancelled: boolean;
}

/** Below so many, what is cancelled may stay until its time. */
const FEW_CANCELLED = 64;

/** Everything that the rules wait for: a binary heap by time, and one timer for the earliest. */
export class DueQueue {
  readonly #scheduler: SchedulerLike;
  readonly #run: (due: Due) => void;
  #heap: Due[] = [];
  #cancelled = 0;
  #orders = 0;
  #timer: { readonly at: EpochMs; readonly subscription: Subscription } | undefined;

  /** `run` is handed what is due and tells who waits for it. */
  constructor(scheduler: SchedulerLike, run: (due: Due) => void) {
    this.#scheduler = scheduler;
    this.#run = run;
  }

  /** Never acts before it returns, even when the time has passed: events that are being read again come first. */
  add(at: EpochMs, waiting: Waiting): Due {
    const due: Due = { at, order: this.#orders, waiting, cancelled: false };
    this.#orders += 1;
    this.#heap.push(due);
    this.#rise(this.#heap.length - 1);
    this.#arm();
    return due;
  }

  /** What is cancelled is let go at the latest when it is half of all: nothing is held until its time, which may be long. */
  cancel(due: Due): void {
    if (due.cancelled) return;
    due.cancelled = true;
    this.#cancelled += 1;
    if (this.#cancelled < FEW_CANCELLED || 2 * this.#cancelled < this.#heap.length) return;
    this.#heap = this.#heap.filter(({ cancelled }) => !cancelled);
    this.#cancelled = 0;
    for (let index = this.#heap.length >> 1; index >= 0; index -= 1) this.#sink(index);
  }

  close(): void {
    this.#timer?.subscription.unsubscribe();
    this.#timer = undefined;
    this.#heap = [];
    this.#cancelled = 0;
  }

  #arm(): void {
    const first = this.#heap[0];
    if (first === undefined || (this.#timer !== undefined && this.#timer.at <= first.at)) return;
    this.#timer?.subscription.unsubscribe();
    const subscription = this.#scheduler.schedule(() => this.#fire(), Math.max(first.at - this.#scheduler.now(), 0));
    this.#timer = { at: first.at, subscription };
  }

  /** Does what is due before `at`, in its order: time has come so far, whatever the timer says. */
  runBefore(at: EpochMs): void {
    for (let first = this.#heap[0]; first !== undefined && first.at < at; first = this.#heap[0]) {
      this.#removeFirst();
      if (first.cancelled) this.#cancelled -= 1;
      else this.#run(first);
    }
  }

  #fire(): void {
    this.#timer = undefined;
    this.runBefore(this.#scheduler.now() + 1);
    this.#arm();
  }

  #removeFirst(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    this.#heap[0] = last;
    this.#sink(0);
  }

  #rise(from: number): void {
    for (let index = from; index > 0;) {
      const parent = (index - 1) >> 1;
      if (!this.#swapIfEarlier(index, parent)) return;
      index = parent;
    }
  }

  #sink(from: number): void {
    for (let index = from; ;) {
      const [left, right] = [2 * index + 1, 2 * index + 2];
      const child = right < this.#heap.length && this.#isEarlier(right, left) ? right : left;
      if (child >= this.#heap.length || !this.#swapIfEarlier(child, index)) return;
      index = child;
    }
  }

  #swapIfEarlier(child: number, parent: number): boolean {
    if (!this.#isEarlier(child, parent)) return false;
    const [a, b] = [this.#heap[child], this.#heap[parent]];
    if (a === undefined || b === undefined) return false;
    this.#heap[parent] = a;
    this.#heap[child] = b;
    return true;
  }

  #isEarlier(one: number, other: number): boolean {
    const [a, b] = [this.#heap[one], this.#heap[other]];
    if (a === undefined || b === undefined) return false;
    return a.at !== b.at ? a.at < b.at : a.order < b.order;
  }
}

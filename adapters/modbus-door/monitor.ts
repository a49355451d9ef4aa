import type { AdapterHost } from '../../src/adapter/contract.ts';
import { pause } from '../../src/domain/clock.ts';
import { agreePlan } from './agree-plan.ts';
import { BadgeLog } from './badge-log.ts';
import type { ModbusLink } from './link.ts';
import { describe } from './location.ts';
import { doorSignals } from './mapping.ts';
import { locationOf } from './options.ts';
import type { ModbusDoorOptions } from './options.ts';
import { Outbox } from './outbox.ts';
import { planReads, valuesOf } from './poll-plan.ts';
import type { Item, Read } from './poll-plan.ts';
import { watchedOf } from './points.ts';
import type { Counter, Watched } from './points.ts';

type Polled = Watched | Counter;

/** What a round brought for one item. */
interface Sample {
  readonly value: number;
  readonly raw: string;
}

/** Reads the controller in rounds and reports what has changed. */
export class Monitor {
  readonly #options: ModbusDoorOptions;
  readonly #host: AdapterHost;
  readonly #link: ModbusLink;
  readonly #outbox: Outbox;
  readonly #signals: readonly Watched[];
  readonly #badges: ReadonlyMap<Counter, BadgeLog>;
  readonly #active = new Map<Watched, boolean>();
  #plan: readonly Read<Polled>[] = [];

  constructor(options: ModbusDoorOptions, host: AdapterHost, link: ModbusLink) {
    this.#options = options;
    this.#host = host;
    this.#link = link;
    this.#outbox = new Outbox(host);
    const { signals, counters } = watchedOf(host.points);
    this.#signals = signals;
    this.#badges = new Map(counters.map((counter) => [counter, new BadgeLog(host, link, this.#outbox, counter.reader, clockItem(options))]));
  }

  /**
   * Reads everything for the first time, and returns when all of it is in the journal; says how much there is to read.
   * @throws ConfigurationError when the controller does not have what the site file names.
   */
  async start(): Promise<string> {
    this.#plan = await agreePlan(this.#link, planReads<Polled>([...this.#signals, ...this.#badges.keys()]));
    for (const badges of this.#badges.values()) await badges.open();
    await this.#round();
    while (!this.#outbox.isEmpty) await this.#nextRound();
    return `${this.#signals.length} signals and ${this.#badges.size} readers in ${this.#plan.length} reads`;
  }

  /** Goes on until the link is over; rejects with the reason. */
  async run(): Promise<never> {
    for (;;) await this.#nextRound();
  }

  async #nextRound(): Promise<void> {
    await pause(this.#host.clock, this.#options.pollMs, this.#link.signal);
    await this.#round();
  }

  async #round(): Promise<void> {
    const samples = await this.#read();
    for (const [counter, badges] of this.#badges) await badges.follow(samples.get(counter)?.value ?? 0);
    for (const signal of this.#signals) this.#compare(signal, samples.get(signal));
    await this.#outbox.deliver();
    for (const badges of this.#badges.values()) await badges.acknowledge();
  }

  async #read(): Promise<ReadonlyMap<Polled, Sample>> {
    const samples = new Map<Polled, Sample>();
    for (const read of this.#plan) {
      const { values, raw } = await this.#link.read(read);
      for (const item of read.items) samples.set(item, { value: valuesOf(item, read, values)[0] ?? 0, raw });
    }
    return samples;
  }

  #compare(watched: Watched, sample: Sample | undefined): void {
    if (sample === undefined) return;
    const before = this.#active.get(watched);
    const active = watched.isActive(sample.value);
    if (active === before) return;
    this.#active.set(watched, active);
    const { kind, type } = doorSignals[watched.signal];
    const about = { kind, point: watched.point, raw: sample.raw };
    if (type === 'state') this.#outbox.add({ ...about, phase: active ? 'raised' : 'restored', ...(before === undefined && { initial: true }) });
    // A button that is down on connecting was not pressed now.
    else if (active && before === false) this.#outbox.add({ ...about, phase: 'momentary' });
  }
}

function clockItem({ clock }: ModbusDoorOptions): Item | undefined {
  if (clock === undefined) return undefined;
  const location = locationOf(clock);
  return { ...location, count: 3, rank: 0, name: `clock at ${describe(location, 3)}` };
}

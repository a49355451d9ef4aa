import type { AdapterHost } from '../../src/adapter/contract.ts';
import type { Outbox } from '../../src/adapter/outbox.ts';
import { locationOf } from './address.ts';
import { agreePlan } from './agree-plan.ts';
import { BadgeLog } from './badge-log.ts';
import type { UnitLink } from './line.ts';
import { describe } from './location.ts';
import { doorSignals } from './mapping.ts';
import { planReads, valuesOf } from './poll-plan.ts';
import type { Item, Read } from './poll-plan.ts';
import { watchedOf } from './points.ts';
import type { Counter, Watched } from './points.ts';
import type { ServedUnit } from './served.ts';

type Polled = Watched | Counter;

/** What a turn brought for one item. */
interface Sample {
  readonly value: number;
  readonly raw: string;
}

/** How much there is to read of a unit. */
export interface Extent {
  readonly signals: number;
  readonly readers: number;
  readonly reads: number;
}

/** Reads one unit in turns and puts into the outbox what has changed. It serves from `open` until the first failure. */
export class UnitMonitor {
  readonly #link: UnitLink;
  readonly #outbox: Outbox;
  readonly #served: ServedUnit;
  readonly #signals: readonly Watched[];
  readonly #badges: ReadonlyMap<Counter, BadgeLog>;
  readonly #active = new Map<Watched, boolean>();
  #plan: readonly Read<Polled>[] = [];

  constructor(host: AdapterHost, link: UnitLink, outbox: Outbox, served: ServedUnit) {
    this.#link = link;
    this.#outbox = outbox;
    this.#served = served;
    const { signals, counters } = watchedOf(served);
    const log = ({ reader }: Counter) => new BadgeLog(host, link, outbox, reader, clockItem(served), served.limits.registers.most);
    this.#signals = signals;
    this.#badges = new Map(counters.map((counter) => [counter, log(counter)]));
  }

  /**
   * Finds out how to read it. After that come turns.
   * @throws ConfigurationError when the controller does not have what the site file names.
   */
  async open(): Promise<Extent> {
    this.#plan = await agreePlan(this.#link, planReads<Polled>([...this.#signals, ...this.#badges.keys()], this.#served.limits));
    for (const badges of this.#badges.values()) await badges.open();
    return { signals: this.#signals.length, readers: this.#badges.size, reads: this.#plan.length };
  }

  /** Reads everything once. @throws what the line throws. */
  async turn(): Promise<void> {
    const samples = await this.#read();
    for (const [counter, badges] of this.#badges) await badges.follow(samples.get(counter)?.value ?? 0);
    for (const signal of this.#signals) this.#compare(signal, samples.get(signal));
  }

  /** Tells the controller which badge events are in the journal by now. */
  async acknowledge(): Promise<void> {
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
    if (type === 'state') this.#outbox.put({ ...about, phase: active ? 'raised' : 'restored', ...(before === undefined && { initial: true }) });
    // A button that is down on connecting was not pressed now.
    else if (active && before === false) this.#outbox.put({ ...about, phase: 'momentary' });
  }
}

function clockItem({ clock }: ServedUnit): Item | undefined {
  if (clock === undefined) return undefined;
  const location = locationOf(clock);
  return { ...location, count: 3, rank: 0, name: `clock at ${describe(location, 3)}` };
}

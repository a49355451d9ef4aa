import type { AdapterHost } from '../../src/adapter/contract.ts';
import { ConfigurationError } from '../../src/adapter/contract.ts';
import { Outbox } from '../../src/adapter/outbox.ts';
import { pause } from '../../src/domain/clock.ts';
import type { EpochMs } from '../../src/domain/clock.ts';
import type { DeviceSignal } from '../../src/domain/event.ts';
import type { Line } from './line.ts';
import { ProbeSchedule } from './probe-schedule.ts';
import type { ServedUnit } from './served.ts';
import { backOnline, offline } from './unit-state.ts';
import type { UnitState } from './unit-state.ts';
import { UnitMonitor } from './unit-monitor.ts';

/** What a monitor is told about its line. */
export interface MonitorOptions {
  readonly pollMs: number;
  /** Whether a failure of a unit is a matter of that unit. If not, it is the end of the line. */
  readonly outlastsSilence: boolean;
}

/** Reads the units of a line in rounds, each in its turn, and reports what has changed. */
export class Monitor {
  readonly #host: AdapterHost;
  readonly #line: Line;
  readonly #options: MonitorOptions;
  readonly #outbox: Outbox;
  readonly #units: ReadonlyMap<number, ServedUnit>;
  readonly #states = new Map<number, UnitState>();
  readonly #probes = new ProbeSchedule();
  /** Units that fell silent while no other answered: first it must be seen that it is not the line. */
  readonly #unreported = new Map<ServedUnit, Error>();
  #isOnline = false;

  constructor(host: AdapterHost, line: Line, units: readonly ServedUnit[], options: MonitorOptions) {
    this.#host = host;
    this.#line = line;
    this.#options = options;
    this.#outbox = new Outbox(host, line.signal);
    this.#units = new Map(units.map((served) => [served.unit, served]));
  }

  /**
   * Reads every unit for the first time, and is online when all of it is in the journal.
   * @throws the first unit's error when none can be read; a ConfigurationError when a controller does not have what the site file names.
   */
  async start(): Promise<void> {
    for (const served of this.#units.values()) await this.#begin(served);
    const failures = [...this.#states.values()].flatMap((each) => (each.state === 'answering' ? [] : [each.error]));
    // Where one only is silent, trying again may help.
    const [first] = failures;
    if (first !== undefined && failures.length === this.#units.size) throw failures.find((error) => !(error instanceof ConfigurationError)) ?? first;
    await this.#outbox.offered();
    while (!this.#outbox.isEmpty) await this.#nextRound();
    this.#isOnline = true;
    this.#tellSummary();
  }

  /** Goes on until the line is over; rejects with the reason. */
  async run(): Promise<never> {
    for (;;) await this.#nextRound();
  }

  /** In words: which units answer, and how much there is to read. */
  get #summary(): string {
    const states = [...this.#states.values()];
    const extents = states.flatMap((each) => (each.state === 'answering' ? [each.extent] : []));
    const sum = (of: 'signals' | 'readers' | 'reads') => extents.reduce((total, extent) => total + extent[of], 0);
    const extent = `${sum('signals')} signals and ${sum('readers')} readers in ${sum('reads')} reads`;
    const numbers = [...this.#units.keys()];
    return numbers.length === 1 ? `unit ${numbers.join()}, ${extent}` : `${extents.length} of ${numbers.length} units answer, ${extent}`;
  }

  async #nextRound(): Promise<void> {
    await pause(this.#host.clock, this.#options.pollMs, this.#line.signal);
    await this.#round();
  }

  /** One turn for each unit that answers, one more try for each that failed once, and one probe of a silent one at most. */
  async #round(): Promise<void> {
    let answered = 0;
    for (const [unit, served] of this.#units) {
      const state = this.#states.get(unit);
      if (state?.state === 'answering') await this.#attempt(served, () => state.monitor.turn());
      else if (state?.state === 'doubtful') await this.#begin(served);
      if (this.#states.get(unit)?.state === 'answering') answered += 1;
    }
    if (answered > 0) this.#reportSilent();
    await this.#probe();
    await this.#outbox.offered();
    for (const [unit, served] of this.#units) {
      const state = this.#states.get(unit);
      if (state?.state === 'answering') await this.#attempt(served, () => state.monitor.acknowledge());
    }
  }

  async #probe(): Promise<void> {
    const { clock } = this.#host;
    const startedAt = clock.monotonicMs();
    const served = this.#units.get(this.#probes.due(startedAt) ?? -1);
    if (served === undefined) return;
    await this.#begin(served);
    const now = clock.monotonicMs();
    if (this.#states.get(served.unit)?.state === 'answering') this.#probes.answered(served.unit, now);
    else this.#probes.failed(served.unit, now - startedAt, now);
  }

  /** Reads a unit anew, all of its states as on connecting. */
  async #begin(served: ServedUnit): Promise<void> {
    const { unit } = served;
    const before = this.#states.get(unit);
    const monitor = new UnitMonitor(this.#host, this.#line.unit(unit), this.#outbox, served);
    await this.#attempt(served, async () => {
      const extent = await monitor.open();
      this.#states.set(unit, { state: 'answering', monitor, extent });
      if (before?.state === 'silent') this.#isBack(served, before.since);
      else if (before === undefined && this.#options.outlastsSilence) this.#add(backOnline(served));
      await monitor.turn();
    });
  }

  async #attempt(served: ServedUnit, action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      if (this.#line.signal.aborted || !this.#options.outlastsSilence) throw error;
      this.#failed(served, error as Error);
    }
  }

  /** Once may be noise on the line, twice in succession is not. A line of which nobody answers is over. */
  #failed(served: ServedUnit, error: Error): void {
    const { unit } = served;
    const { clock, log } = this.#host;
    const before = this.#states.get(unit);
    if (before?.state === 'silent') return;
    if (before?.state !== 'doubtful') {
      this.#states.set(unit, { state: 'doubtful', error, since: clock.now() });
      return;
    }
    this.#states.set(unit, { state: 'silent', error, since: before.since });
    if ([...this.#states.values()].every(({ state }) => state === 'silent')) throw error;
    log.warn({ unit, reason: error.message }, 'a unit does not answer');
    this.#probes.add(unit, clock.monotonicMs());
    this.#unreported.set(served, error);
  }

  #reportSilent(): void {
    if (this.#unreported.size === 0) return;
    for (const [served, error] of this.#unreported) this.#add(offline(served, error.message));
    this.#unreported.clear();
    this.#tellSummary();
  }

  #isBack(served: ServedUnit, since: EpochMs): void {
    const until = this.#host.clock.now();
    this.#host.log.info({ unit: served.unit, blindForSeconds: Math.round((until - since) / 1000) }, 'a unit answers again');
    if (this.#unreported.delete(served)) return;
    this.#add(backOnline(served, { since, until }));
    this.#tellSummary();
  }

  #add(signals: readonly DeviceSignal[]): void {
    for (const signal of signals) this.#outbox.put(signal);
  }

  #tellSummary(): void {
    if (this.#isOnline) this.#host.online(this.#summary);
  }
}

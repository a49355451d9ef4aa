import type { AdapterHost } from '../../src/adapter/contract.ts';
import type { Outbox } from '../../src/adapter/outbox.ts';
import { agreePlan, notThere } from './agree-plan.ts';
import { ENTRY_WORDS, clockOf, entriesAfter } from './event-log.ts';
import type { LogEntry } from './event-log.ts';
import { ModbusException } from './exception.ts';
import type { UnitLink } from './line.ts';
import { badgeResults } from './mapping.ts';
import { planReads } from './poll-plan.ts';
import type { Item } from './poll-plan.ts';
import type { Reader } from './points.ts';

/** Follows the badge events of one reader. */
export class BadgeLog {
  readonly #host: AdapterHost;
  readonly #link: UnitLink;
  readonly #outbox: Outbox;
  readonly #reader: Reader;
  readonly #clock: Item | undefined;
  /** The ring in pieces that one read can bring, each of whole entries. */
  readonly #pieces: readonly Item[];
  /** The number of the last event that was put into the outbox. */
  #seen: number | undefined;
  /** The number of the last event that is in the journal. */
  #journalled: number | undefined;
  /** The number that the controller keeps for us. */
  #acknowledged: number | undefined;

  /** `most` is how many registers one read may ask for. */
  constructor(host: AdapterHost, link: UnitLink, outbox: Outbox, reader: Reader, clock: Item | undefined, most: number) {
    this.#host = host;
    this.#link = link;
    this.#outbox = outbox;
    this.#reader = reader;
    this.#clock = clock;
    this.#pieces = piecesOf(reader.log, most);
  }

  /** Finds out where to go on: at what the controller keeps as acknowledged. @throws ConfigurationError when a register is not there. */
  async open(): Promise<void> {
    const { acknowledged } = this.#reader;
    await agreePlan(
      this.#link,
      [...this.#pieces, acknowledged, this.#clock].flatMap((item) => (item === undefined ? [] : planReads([item]))),
    );
    if (acknowledged !== undefined) this.#seen = this.#acknowledged = (await this.#link.read(acknowledged)).values[0];
  }

  /** Reads the events that the counter says are new. Without an acknowledged number, those before the first look are none of ours. */
  async follow(counter: number): Promise<void> {
    this.#seen ??= counter;
    if (counter === this.#seen) return;
    const clockOffsetMs = this.#clock && clockOf((await this.#link.read(this.#clock)).values) - this.#host.clock.now();
    const { entries, lost } = entriesAfter(this.#seen, counter, await this.#readLog());
    if (lost > 0) this.#host.log.warn({ reader: this.#reader.point, lost }, 'badge events were overwritten before they could be read');
    for (const entry of entries) this.#report(entry, clockOffsetMs);
    this.#seen = counter;
  }

  /** Tells the controller which event is in the journal by now, unless somebody only looks. @throws ConfigurationError when it does not let us. */
  async acknowledge(): Promise<void> {
    const { acknowledged } = this.#reader;
    if (this.#host.readOnly || acknowledged === undefined || this.#journalled === undefined || this.#journalled === this.#acknowledged) return;
    const sequence = this.#journalled;
    try {
      await this.#link.write(acknowledged, sequence);
    } catch (error) {
      throw error instanceof ModbusException ? notThere(this.#link, [acknowledged], error) : error;
    }
    this.#acknowledged = sequence;
  }

  async #readLog(): Promise<number[]> {
    const words: number[] = [];
    for (const piece of this.#pieces) words.push(...(await this.#link.read(piece)).values);
    return words;
  }

  #report(entry: LogEntry, clockOffsetMs: number | undefined): void {
    const result = badgeResults[entry.result];
    if (result === undefined) {
      this.#host.malformed(entry.raw, `${this.#reader.point}: a badge event has the unknown result ${entry.result}`);
      return;
    }
    const { kind, reason } = result;
    this.#outbox.put(
      {
        kind,
        point: this.#reader.point,
        phase: 'momentary',
        details: { credential: String(entry.credential), ...(reason !== undefined && { reason }) },
        raw: entry.raw,
        // The time tells two events with one number apart: the counter starts anew after 65535 and after a power failure.
        repeatKey: `${this.#reader.point} ${entry.raw}`,
        ...(clockOffsetMs !== undefined && { occurredAt: entry.at, clockOffsetMs }),
      },
      () => {
        this.#journalled = entry.sequence;
      },
    );
  }
}

/** An entry is written at once and read at once, so that it is never half of one event and half of another. */
function piecesOf(log: Item, most: number): Item[] {
  const length = Math.max(1, Math.floor(most / ENTRY_WORDS)) * ENTRY_WORDS;
  return Array.from({ length: Math.ceil(log.count / length) }, (_, i) => ({
    ...log,
    address: log.address + i * length,
    count: Math.min(length, log.count - i * length),
  }));
}

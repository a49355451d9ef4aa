import { pino } from 'pino';
import type { ServedPoint } from '../../src/adapter/contract.ts';
import type { Clock } from '../../src/domain/clock.ts';
import type { LocatedEvent, SecurityEvent } from '../../src/domain/event.ts';
import type { EventKind } from '../../src/domain/kinds.ts';
import { Intake } from '../../src/intake/intake.ts';
import { Journal } from '../../src/intake/journal.ts';
import { openStore } from '../../src/store/database.ts';
import { TestHost } from './adapter-host.ts';
import { nowhere } from './nowhere.ts';

/** Intake and journal as the product has them, for adapters whose states have to outlive their link or the gateway. */
export class JournalledGateway {
  readonly store = openStore(':memory:');
  readonly clock: Clock;
  intake!: Intake;
  /** What was passed on since the start. */
  readonly events: LocatedEvent[] = [];

  constructor(clock: Clock) {
    this.clock = clock;
    this.#open();
  }

  /** The gateway again, with what its disk holds. */
  restart(): void {
    this.intake.close();
    this.events.length = 0;
    this.#open();
  }

  close(): void {
    this.intake.close();
    this.store.close();
  }

  /** A connection's side of this gateway. */
  host(points: readonly ServedPoint[]): TestHost {
    const host = new TestHost(points, this.clock);
    const refused = host.report;
    host.report = (signal) => (host.journalFails ? refused(signal) : this.intake.report(host.device.id, signal));
    return host;
  }

  journalled(): SecurityEvent[] {
    return new Journal(this.store).read({ limit: 1000 });
  }

  /** The phases in the journal, in order; those that were read, not seen, in brackets. */
  phases(point: string, kind: EventKind): string[] {
    return this.journalled()
      .filter((event) => event.point === point && event.kind === kind)
      .map(({ phase, initial }) => (initial === true ? `(${phase})` : phase));
  }

  #open(): void {
    this.intake = new Intake({
      journal: new Journal(this.store),
      locate: nowhere,
      clock: this.clock,
      log: pino({ level: 'silent' }),
    });
    this.intake.events.subscribe((event) => this.events.push(event));
  }
}

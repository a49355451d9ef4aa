import type { AdapterHost } from '../../src/adapter/contract.ts';
import type { DeviceSignal } from '../../src/domain/event.ts';

/** The trouble of having no subscription at all. */
const ALL = '';

/**
 * Whether the device's events can be had. A camera without them still gives its picture, so its link stands; that nothing of what it sees arrives is said where
 * the device is shown, and is an event of its own.
 */
export class EventHealth {
  readonly #host: AdapterHost;
  readonly #description: string;
  readonly #report: (signal: DeviceSignal) => Promise<void>;
  /** Topics of subscriptions that must bring something: they have done so on this connection, or the device says that it has states to tell. */
  readonly #expected = new Set<string>();
  /** What is the matter with the subscriptions, by their topics. */
  readonly #troubles = new Map<string, string>();

  constructor(host: AdapterHost, description: string, report: (signal: DeviceSignal) => Promise<void>) {
    this.#host = host;
    this.#description = description;
    this.#report = report;
  }

  /** The device is online. `trouble`: why its events cannot be had. */
  begin(trouble?: string): void {
    if (trouble === undefined) this.#tell({ phase: 'restored', initial: true });
    else this.#fails(ALL, trouble);
    this.#show();
  }

  /** A subscription to `topics` stands, and has brought the states that there are: `brought` says whether that was anything. */
  stands(topics: readonly string[], brought: boolean): void {
    this.#works(ALL);
    if (brought) this.heard(topics);
    // Any other may be to what never happens.
    else if (this.expects(topics)) this.#fails(keyOf(topics), 'no events: the camera grants a subscription and sends nothing by it');
  }

  /** A subscription to `topics` has brought something. */
  heard(topics: readonly string[]): void {
    this.expect(topics);
    this.#works(keyOf(topics));
  }

  /** From now on, silence of a subscription to `topics` is trouble. */
  expect(topics: readonly string[]): void {
    this.#expected.add(keyOf(topics));
  }

  expects(topics: readonly string[]): boolean {
    return this.#expected.has(keyOf(topics));
  }

  #fails(which: string, trouble: string): void {
    const first = this.#troubles.size === 0;
    this.#troubles.set(which, trouble);
    if (!first) return;
    this.#tell({ phase: 'raised', details: { reason: trouble } });
    this.#show();
  }

  #works(which: string): void {
    if (!this.#troubles.delete(which) || this.#troubles.size > 0) return;
    this.#tell({ phase: 'restored' });
    this.#show();
  }

  #show(): void {
    this.#host.online(this.#description, [...this.#troubles.values()][0]);
  }

  /** In its order among the device's events; the connection may end before. */
  #tell(signal: Pick<DeviceSignal, 'phase' | 'initial' | 'details'>): void {
    this.#report({ kind: 'device.trouble', point: this.#host.device.id, ...signal }).catch(() => undefined);
  }
}

function keyOf(topics: readonly string[]): string {
  return JSON.stringify(topics);
}

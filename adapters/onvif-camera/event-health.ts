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
  /** Topics of subscriptions that have brought nothing yet and may have to. */
  readonly #unsure = new Set<string>();
  /** Whether the state of the events was told on this connection. */
  #isTold = false;
  #hasBegun = false;
  /** What is the matter with the subscriptions, by their topics. */
  readonly #troubles = new Map<string, string>();

  constructor(host: AdapterHost, description: string, report: (signal: DeviceSignal) => Promise<void>) {
    this.#host = host;
    this.#description = description;
    this.#report = report;
  }

  /** The device is online. `trouble`: why its events cannot be had. */
  begin(trouble?: string): void {
    this.#hasBegun = true;
    if (trouble === undefined) this.#tellIfSound();
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
    this.isQuiet(topics);
  }

  /** A subscription to `topics` brings nothing, and it is not known yet whether it must. */
  isUnsure(topics: readonly string[]): void {
    this.#unsure.add(keyOf(topics));
  }

  /** A subscription to `topics` need bring nothing. */
  isQuiet(topics: readonly string[]): void {
    this.#unsure.delete(keyOf(topics));
    this.#tellIfSound();
  }

  /** From now on, silence of a subscription to `topics` is trouble. */
  expect(topics: readonly string[]): void {
    this.#expected.add(keyOf(topics));
  }

  expects(topics: readonly string[]): boolean {
    return this.#expected.has(keyOf(topics));
  }

  /** A trouble from before the link was lost is over when the events are known to come, not before. */
  #tellIfSound(): void {
    if (this.#isTold || !this.#hasBegun || this.#unsure.size > 0 || this.#troubles.size > 0) return;
    this.#isTold = true;
    this.#tell({ phase: 'restored', initial: true });
  }

  #fails(which: string, trouble: string): void {
    this.#unsure.delete(which);
    this.#isTold = true;
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

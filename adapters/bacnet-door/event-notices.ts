import type { AdapterHost } from '../../src/adapter/contract.ts';
import type { Outbox } from '../../src/adapter/outbox.ts';
import type { DeviceClient, EventNotification } from './client.ts';
import { objectKey } from './reading.ts';

/** Who acknowledges, as the controller's operators see it. */
const source = 'Sallyport';

/**
 * Alarms that the device reports by itself (intrinsic reporting, ASHRAE 135-2020, clause 13.2), to which it was told to send them.
 * A notification says that something has changed; what, is read from its object, so that each state has one source alone.
 */
export class EventNotices {
  readonly #client: DeviceClient;
  readonly #host: AdapterHost;
  readonly #outbox: Outbox;
  readonly #acknowledges: boolean;
  /** Reads an object at once and reports what has changed; undefined where it is none that the site names. */
  readonly #look: (object: string) => Promise<void> | undefined;

  constructor(
    { client, host, outbox }: { readonly client: DeviceClient; readonly host: AdapterHost; readonly outbox: Outbox },
    acknowledges: boolean,
    look: (object: string) => Promise<void> | undefined,
  ) {
    this.#client = client;
    this.#host = host;
    this.#outbox = outbox;
    this.#acknowledges = acknowledges;
    this.#look = look;
  }

  /** Hears of an event. Never throws: a confirmed notification that cannot be attended to stays unacknowledged, and comes again. */
  heard(notification: EventNotification, invokeId: number | undefined): void {
    this.#attend(notification, invokeId).catch((error: unknown) => {
      if (!this.#host.signal.aborted) this.#host.log.debug({ err: error }, 'an event notification was not attended to');
    });
  }

  async #attend(notification: EventNotification, invokeId: number | undefined): Promise<void> {
    const looking = this.#look(objectKey(notification.eventObjectId));
    await looking;
    await this.#outbox.flushed();
    this.#host.decoded?.({ name: 'event notification', content: notification });
    if (this.#host.readOnly) return;
    if (invokeId !== undefined) this.#client.acknowledgeEvent(invokeId);
    if (looking !== undefined && notification.ackRequired === true && this.#acknowledges) await this.#client.acknowledgeAlarm(notification, source);
  }
}

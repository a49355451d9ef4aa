import type { SecurityEvent } from '../domain/event.ts';
import type { EventKind } from '../domain/kinds.ts';
import type { PointId } from '../domain/point.ts';

/** The last event of each kind at each point, and the last one of each device: what an integrator looks at first. */
export class LatestEvents {
  readonly #ofPoint = new Map<PointId, Map<EventKind, SecurityEvent>>();
  readonly #ofDevice = new Map<PointId, SecurityEvent>();

  /** `journalled`: what the journal has, oldest first. */
  constructor(journalled: readonly SecurityEvent[]) {
    for (const event of journalled) this.apply(event);
  }

  apply(event: SecurityEvent): void {
    const kinds = this.#ofPoint.get(event.point) ?? new Map<EventKind, SecurityEvent>();
    this.#ofPoint.set(event.point, kinds.set(event.kind, event));
    // What the gateway itself says of a device is no report of that device.
    if (event.point !== event.device) this.#ofDevice.set(event.device, event);
  }

  /** Newest first. */
  of(point: PointId): readonly SecurityEvent[] {
    return [...(this.#ofPoint.get(point)?.values() ?? [])].sort((a, b) => b.seq - a.seq);
  }

  /** The last event of anything that the device serves. */
  reportOf(device: PointId): SecurityEvent | undefined {
    return this.#ofDevice.get(device);
  }
}

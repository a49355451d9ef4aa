import type { Element } from './codec/elements.ts';
import { encodeElements } from './codec/elements.ts';
import { encodeEventNotification } from './codec/services.ts';
import type { AlarmAcknowledgement } from './codec/services.ts';
import type { Door } from './door.ts';
import type { Notifier, Peer } from './notifier.ts';
import { alarmNotification, changeOfState, confirmedServices, errors, eventStates, objectTypes, unconfirmedServices } from './numbers.ts';
import { BacnetError, timeStamp } from './objects.ts';

export interface AlarmSettings {
  readonly device: number;
  readonly doors: ReadonlyMap<number, Door>;
  readonly now: () => Date;
  /** Who is told; nobody where it is undefined. */
  readonly recipient: Peer | undefined;
  readonly confirmed: boolean;
}

interface Alarm {
  readonly toState: number;
  readonly timeStamp: Element;
  acknowledgedBy: string | undefined;
}

/** Intrinsic reporting of the Access Doors (ASHRAE 135-2020, clause 13.2): each change of Door_Alarm_State is an event that asks for an acknowledgement. */
export class Alarms {
  readonly #settings: AlarmSettings;
  readonly #notifier: Notifier;
  readonly #told = new Map<number, number>();
  readonly #latest = new Map<number, Alarm>();

  constructor(settings: AlarmSettings, notifier: Notifier) {
    this.#settings = settings;
    this.#notifier = notifier;
  }

  /** Who acknowledged a door's latest event; undefined while nobody has. */
  acknowledgedBy(door: number): string | undefined {
    return this.#latest.get(door)?.acknowledgedBy;
  }

  /** Tells of each door whose alarm state has changed. */
  changed(): void {
    const { recipient, doors } = this.#settings;
    if (recipient === undefined) return;
    for (const [number, door] of doors) {
      const before = this.#told.get(number) ?? 0;
      if (door.alarmState === before) continue;
      this.#told.set(number, door.alarmState);
      this.#tell(number, before, door.alarmState, recipient);
    }
  }

  /** Clause 13.5.1.3: state and time stamp must be those of the latest event. */
  acknowledge({ object, state, timeStamp: stamp, source }: AlarmAcknowledgement): void {
    const alarm = object.type === objectTypes.accessDoor ? this.#latest.get(object.instance) : undefined;
    if (alarm === undefined) throw new BacnetError(errors.unknownObject);
    if (alarm.toState !== state) throw new BacnetError(errors.invalidEventState);
    if (!encodeElements([alarm.timeStamp]).equals(stamp)) throw new BacnetError(errors.invalidTimeStamp);
    alarm.acknowledgedBy = source;
  }

  #tell(number: number, before: number, newState: number, recipient: Peer): void {
    const { device, now, confirmed } = this.#settings;
    const stateOf = (value: number) => (value === 0 ? eventStates.normal : eventStates.offnormal);
    const alarm: Alarm = { toState: stateOf(newState), timeStamp: timeStamp(now()), acknowledgedBy: undefined };
    this.#latest.set(number, alarm);
    const data = encodeEventNotification({
      process: 1,
      device,
      object: { type: objectTypes.accessDoor, instance: number },
      timeStamp: alarm.timeStamp,
      ackRequired: true,
      fromState: stateOf(before),
      toState: alarm.toState,
      newState,
      eventType: changeOfState,
      notifyType: alarmNotification,
    });
    if (confirmed) this.#notifier.confirmed(confirmedServices.eventNotification, data, recipient);
    else this.#notifier.unconfirmed(unconfirmedServices.eventNotification, data, recipient);
  }
}

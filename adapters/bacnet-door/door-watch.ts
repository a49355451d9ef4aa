import { ObjectType, PropertyIdentifier as Property } from '@bacnet-js/client';
import type { ServedPoint } from '../../src/adapter/contract.ts';
import type { DeviceSignal, Phase } from '../../src/domain/event.ts';
import { alarmsAfter, doorKinds, doorStates } from './door-map.ts';
import type { DoorKind, DoorStates } from './door-map.ts';
import type { BinaryAt, DoorAt } from './options.ts';
import { bitsOf, numberOf } from './reading.ts';
import type { Reading } from './reading.ts';
import { binaryCov, binaryObject } from './watch.ts';
import type { Observation, Watch } from './watch.ts';

const faultFlag = 0b0010;

/** A door's objects and what they said last; puts each change of its state, once all of them have been read. */
export class DoorWatch {
  readonly #door: ServedPoint;
  readonly #put: (signal: DeviceSignal) => void;
  readonly #readings = new Map<Watch, Reading>();
  readonly #accessDoor: Watch | undefined;
  readonly #lock: readonly Watch[];
  /** Present_Value of the lock's objects while the door is unlocked. */
  readonly #unlockedValue: number;
  readonly #contact: Watch | undefined;
  readonly #requestToExit: Watch | undefined;
  readonly #tamper: Watch | undefined;
  #alarms: ReadonlySet<DoorKind> = new Set();
  #states: DoorStates | undefined;
  #exitRequested = true;

  constructor(door: ServedPoint, at: DoorAt, put: (signal: DeviceSignal) => void) {
    this.#door = door;
    this.#put = put;
    this.#accessDoor = at.accessDoor === undefined ? undefined : this.#doorObject(at.accessDoor);
    this.#lock = (at.lock ?? []).map((each) => this.#binary(each));
    this.#unlockedValue = at.unlockedWhen === 'active' ? 1 : 0;
    this.#contact = at.contact && this.#binary(at.contact);
    this.#requestToExit = at.requestToExit && this.#binary(at.requestToExit);
    this.#tamper = at.tamper && this.#binary(at.tamper);
  }

  get watches(): readonly Watch[] {
    return [this.#accessDoor, ...this.#lock, this.#contact, this.#requestToExit, this.#tamper].filter((watch) => watch !== undefined);
  }

  #doorObject(instance: number): Watch {
    const watch: Watch = {
      object: { type: ObjectType.ACCESS_DOOR, instance },
      properties: [
        Property.PRESENT_VALUE,
        Property.DOOR_STATUS,
        Property.LOCK_STATUS,
        Property.SECURED_STATUS,
        Property.DOOR_ALARM_STATE,
        Property.STATUS_FLAGS,
      ],
      covProperties: [Property.PRESENT_VALUE, Property.STATUS_FLAGS, Property.DOOR_ALARM_STATE],
      // Table 13-1 has neither Door_Status nor Lock_Status: an opened door is only seen by reading it.
      covTellsAll: false,
      absorb: (observation) => this.#absorb(watch, observation),
    };
    return watch;
  }

  #binary(at: BinaryAt): Watch {
    const watch: Watch = {
      object: binaryObject(at),
      properties: binaryCov,
      covProperties: binaryCov,
      covTellsAll: true,
      absorb: (observation) => this.#absorb(watch, observation),
    };
    return watch;
  }

  #absorb(watch: Watch, { reading, raw }: Observation): void {
    this.#readings.set(watch, new Map([...(this.#readings.get(watch) ?? []), ...reading]));
    if (this.#readings.size < this.watches.length) return;
    const door: Reading = (this.#accessDoor && this.#readings.get(this.#accessDoor)) ?? new Map<number, never>();
    const alarmState = numberOf(door, Property.DOOR_ALARM_STATE);
    this.#alarms = alarmsAfter(this.#alarms, alarmState);
    const states = doorStates(
      {
        doorStatus: numberOf(door, Property.DOOR_STATUS),
        lockStatus: numberOf(door, Property.LOCK_STATUS),
        securedStatus: numberOf(door, Property.SECURED_STATUS),
        alarmState,
        fault: [...this.#readings.values()].some((each) => ((bitsOf(each, Property.STATUS_FLAGS) ?? 0) & faultFlag) !== 0),
        lockReleased: this.#released(),
        contactOpen: this.#active(this.#contact),
        tamperActive: this.#active(this.#tamper),
      },
      this.#alarms,
    );
    this.#putChanges(states, raw);
    this.#putExitRequest(raw);
    this.#states = states;
  }

  #putChanges(states: DoorStates, raw: string): void {
    const before = this.#states;
    for (const kind of doorKinds) {
      const state = states.get(kind);
      if (state === undefined || state.phase === before?.get(kind)?.phase) continue;
      this.#signal(kind, state.phase, raw, {
        ...(before === undefined && { initial: true }),
        ...(state.details !== undefined && { details: state.details }),
      });
    }
  }

  #putExitRequest(raw: string): void {
    const requested = this.#active(this.#requestToExit) ?? false;
    if (requested && !this.#exitRequested) this.#signal('door.exit-request', 'momentary', raw, {});
    // Pressed while connecting is not pressed now: the first reading is only remembered.
    this.#exitRequested = requested;
  }

  #signal(kind: DeviceSignal['kind'], phase: Phase, raw: string, more: Pick<DeviceSignal, 'initial' | 'details'>): void {
    this.#put({ kind, point: this.#door.id, phase, raw, ...more });
  }

  /** Whether any object of the lock unlocks the door; undefined where the site names none or they do not tell. */
  #released(): boolean | undefined {
    const told = this.#lock.map((watch) => this.#active(watch)).filter((active) => active !== undefined);
    return told.length === 0 ? undefined : told.some((active) => Number(active) === this.#unlockedValue);
  }

  /** Whether a binary object is ACTIVE; undefined where the site names none or it does not tell. */
  #active(watch: Watch | undefined): boolean | undefined {
    const reading = watch === undefined ? undefined : this.#readings.get(watch);
    const value = reading === undefined ? undefined : numberOf(reading, Property.PRESENT_VALUE);
    return value === undefined ? undefined : value === 1;
  }
}

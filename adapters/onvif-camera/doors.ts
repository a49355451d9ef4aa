import { aborted } from '../../src/adapter/aborted.ts';
import type { DoorFacet } from '../../src/adapter/contract.ts';
import { pause } from '../../src/domain/clock.ts';
import type { DoorCommand } from '../../src/domain/door.ts';
import type { PointId } from '../../src/domain/point.ts';
import type { SoapClient } from './client.ts';
import { DOOR_CONTROL } from './device.ts';
import { sentence } from './errors.ts';
import { takeAll } from './event-source.ts';
import type { Taking } from './event-source.ts';
import type { Target } from './http.ts';
import type { Notification } from './notifications.ts';
import { child, escapeXml, textAt } from './xml.ts';

/** Door Control, 5.3 (commands). */
const operations: Readonly<Record<DoorCommand, string>> = { lock: 'LockDoor', unlock: 'UnlockDoor', access: 'AccessDoor' };

/** Door Control, 5.1.5 (DoorState): the path of each value, and the property of the event service that says the same. */
const stateTopics: Readonly<Record<string, readonly string[]>> = {
  'tns1:Door/State/DoorPhysicalState': ['DoorPhysicalState'],
  'tns1:Door/State/LockPhysicalState': ['LockPhysicalState'],
  'tns1:Door/State/DoorAlarm': ['Alarm'],
  'tns1:Door/State/DoorTamper': ['Tamper', 'State'],
  'tns1:Door/State/DoorFault': ['Fault', 'State'],
};

interface DoorTaking extends Taking {
  readonly options: Taking['options'] & { readonly doorSeconds: number };
}

const tokenText = (token: string) => `<Token>${escapeXml(token)}</Token>`;

/** One answer may be lost on the way. */
const MAX_MISSED = 2;

/**
 * Asks for the doors' states again and again, for devices that tell nothing by themselves, until `told` aborts because they do or the connection ends.
 * An alarm between two questions that is over by then is not seen. @throws as `read` does, when it has failed several times in a row.
 */
export async function followDoors(doors: Doors, taking: DoorTaking, signal: AbortSignal, told: AbortSignal): Promise<never> {
  const { host, options } = taking;
  const asking = AbortSignal.any([signal, told]);
  for (let missed = 0; !told.aborted;) {
    await pause(host.clock, options.doorSeconds * 1_000, asking).catch(() => undefined);
    signal.throwIfAborted();
    try {
      await takeAll(await doors.read(), taking);
      missed = 0;
    } catch (error) {
      signal.throwIfAborted();
      missed += 1;
      if (missed > MAX_MISSED) throw error;
    }
  }
  await aborted(signal);
  throw signal.reason as Error;
}

/** Doors of an access controller (ONVIF profiles A and C). */
export class Doors implements DoorFacet {
  readonly #client: SoapClient;
  readonly #target: Target;
  readonly #tokens: ReadonlyMap<PointId, string>;
  readonly #signal: AbortSignal;

  constructor(client: SoapClient, target: Target, doors: ReadonlyMap<string, PointId>, signal: AbortSignal) {
    this.#client = client;
    this.#target = target;
    this.#tokens = new Map([...doors].map(([token, id]) => [id, token]));
    this.#signal = signal;
  }

  command = async (door: PointId, command: DoorCommand): Promise<void> => {
    const token = this.#tokens.get(door);
    if (token === undefined) throw new Error(`${door} is no door of this device`);
    await this.#client
      .ask(this.#target, (requests) => requests.plain(DOOR_CONTROL, operations[command], tokenText(token)), { signal: this.#signal })
      .catch((cause: unknown) => {
        throw new Error(`the controller did not carry out "${command}": ${sentence(cause)}`, { cause });
      });
  };

  /**
   * Reads every door's state, in the form in which changes of it come, so that a state that is told twice is told once.
   * @throws SoapFault when a door is unknown to the device.
   */
  async read(): Promise<(Notification & { readonly raw: string })[]> {
    const told: (Notification & { readonly raw: string })[] = [];
    for (const token of this.#tokens.values()) {
      const write = (requests: Parameters<Parameters<SoapClient['ask']>[1]>[0]) => requests.plain(DOOR_CONTROL, 'GetDoorState', tokenText(token));
      const state = child(await this.#client.ask(this.#target, write, { signal: this.#signal }), 'DoorState');
      for (const [topic, path] of Object.entries(stateTopics)) {
        const value = textAt(state, ...path);
        if (value === undefined) continue;
        const source = new Map([['DoorToken', token]]);
        told.push({ topic, operation: 'Initialized', source, data: new Map([['State', value]]), raw: `GetDoorState: ${path.join('/')} ${value}` });
      }
    }
    return told;
  }
}

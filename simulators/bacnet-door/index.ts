import type { Simulator, SimulatorDefinition, StimulusArguments } from '../simulator.ts';
import { Controller } from './controller.ts';
import { Door } from './door.ts';
import { accessEvents, doorValues, wildcardInstance } from './numbers.ts';
import { readerPriority } from './objects.ts';
import { parseOptions } from './options.ts';
import type { Options } from './options.ts';
import { quirks } from './quirks.ts';
import { Reader } from './reader.ts';
import type { AccessEventName } from './reader.ts';

/** What a test can look at besides the wire. */
export interface BacnetDoorSimulator extends Simulator {
  /** The UDP port in use. */
  readonly port: number;
  /** COV subscriptions that stand. */
  readonly subscriptions: number;
  /** Those of whoever asked something last. */
  readonly subscriptionsOfLastAsker: number;
  /** Who acknowledged a door's latest alarm event; undefined while nobody has. */
  alarmAcknowledgedBy(door: number): string | undefined;
  /** Event notifications that went out, repeats included. */
  readonly eventsSent: number;
  /** Loses every subscription without a word, as a controller does whose memory is full. */
  forgetSubscriptions(): void;
}

/** A BACnet/IP door controller (ASHRAE 135-2020): Access Doors 1 to n with Access Points 1 to n and, for each, three Binary Inputs, a Binary Output and a Binary Value. */
export function createController(id: string, options: Options): BacnetDoorSimulator {
  let restartedAt = new Date();
  let clockSkewMs = 0;
  const numbers = Array.from({ length: options.doors }, (_, index) => index + 1);
  const doors = new Map<number, Door>(numbers.map((number) => [number, new Door(options, () => controller.changed())]));
  const readers = new Map<number, Reader>(numbers.map((number) => [number, new Reader(() => controller.changed())]));
  const now = () => new Date(Date.now() + clockSkewMs);
  const { eventRecipient } = options;
  const controller: Controller = new Controller({
    installation: { instance: options.deviceInstance, name: id, doors, readers, now, restartedAt: () => restartedAt },
    quirks: quirks.read(options.quirks),
    recipient: eventRecipient && { address: eventRecipient.host, port: eventRecipient.port },
    eventsConfirmed: eventRecipient?.confirmed ?? true,
    broadcast: options.broadcast,
  });

  const doorOf = (args: StimulusArguments) => pick(doors, args);

  function badge(args: StimulusArguments): void {
    const door = doorOf(args);
    const reader = pick(readers, args);
    const credential = credentialOf(args['credential']);
    if (args['valid'] === false) {
      reader.record(denial(args['reason']), credential, now());
      return;
    }
    // A command of higher priority keeps the lock where it is (clause 12.31, LOCKED_BY_HIGHER_PRIORITY).
    if (!door.obeys(readerPriority) && door.locked) {
      reader.record('locked-by-higher-priority', credential, now());
      return;
    }
    reader.record(args['duress'] === true ? 'duress' : 'granted', credential, now());
    door.command(doorValues.pulseUnlock, readerPriority);
  }

  function reboot(): void {
    restartedAt = now();
    for (const door of doors.values()) door.forgetCommands();
    controller.restart();
  }

  return {
    id,
    get port() {
      return controller.port;
    },
    get subscriptions() {
      return controller.subscriptions;
    },
    get subscriptionsOfLastAsker() {
      return controller.subscriptionsOfLastAsker;
    },
    alarmAcknowledgedBy: (door) => controller.alarms.acknowledgedBy(door),
    get eventsSent() {
      return controller.eventsSent;
    },
    forgetSubscriptions: () => controller.forgetSubscriptions(),
    start: () => controller.start(options.host, options.port),
    stop: async () => {
      for (const door of doors.values()) door.stop();
      await controller.stop();
    },
    stimuli: {
      force: (args) => doorOf(args).force(),
      open: (args) => doorOf(args).openLeaf(),
      close: (args) => doorOf(args).close(),
      badge,
      'request-exit': (args) => doorOf(args).requestExit(readerPriority),
      tamper: (args) => doorOf(args).tamper(args['active'] !== false),
    },
    faults: {
      drop: () => controller.line.drop(),
      stall: () => controller.line.stall(),
      garble: () => controller.line.garble(),
      truncate: () => controller.line.truncate(),
      reboot,
      'clock-skew': ({ seconds = 3600 }) => {
        clockSkewMs = Number(seconds) * 1000;
      },
      'cov-ignored': () => {
        controller.ignoresCov = true;
      },
      clear: () => {
        clockSkewMs = 0;
        controller.recover();
      },
    },
  };
}

function pick<T>(things: ReadonlyMap<number, T>, args: StimulusArguments): T {
  const found = things.get(Number(args['door']));
  if (found === undefined) throw new Error(`"door" must be a number from 1 to ${things.size}, not ${String(args['door'])}`);
  return found;
}

function credentialOf(value: string | number | boolean | undefined): number {
  const instance = Number(value);
  if (Number.isInteger(instance) && instance >= 0 && instance < wildcardInstance) return instance;
  throw new Error(`"credential" must be the number of an Access Credential, not ${String(value)}`);
}

function denial(reason: string | number | boolean = 'no-access-rights'): AccessEventName {
  if (typeof reason === 'string' && reason in accessEvents) return reason as AccessEventName;
  throw new Error(`"reason" must be one of ${Object.keys(accessEvents).join(', ')}, not ${String(reason)}`);
}

const definition: SimulatorDefinition = { create: (id, options) => createController(id, parseOptions(options)) };

export default definition;

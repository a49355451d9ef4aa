import type { ServedPoint } from '../../src/adapter/contract.ts';
import type { Clock } from '../../src/domain/clock.ts';
import type { DeviceSignal } from '../../src/domain/event.ts';
import { commonFaults } from '../../simulators/simulator.ts';
import type { Simulator } from '../../simulators/simulator.ts';

/** What the battery lets go wrong with each device. */
export const faultNames = commonFaults;
export type FaultName = (typeof faultNames)[number];

/** Said in the test's title where something does not apply to a protocol or its simulator does not offer it. */
export interface NotApplicable {
  readonly notApplicable: string;
}

/** One of the simulator's faults. The battery ends it by the simulator's fault `clear`. */
export interface FaultDrill {
  apply(bench: Bench): void | Promise<void>;
  /** What the link does: it is lost and made again, it stands all the time, or either is right. */
  readonly link: 'ends' | 'stands' | 'either';
  /** `true`: what happens while the fault lasts arrives while it lasts. */
  readonly harmless?: true;
}

/**
 * How the battery drives one adapter and its simulator: `test/conformance/NAME.driver.ts` exports one as `default`.
 * A driver without its adapter, or an adapter without its driver, fails the battery.
 */
export interface ConformanceDriver {
  /**
   * What the device still has for the next connection of what this one did not take: everything (it repeats or keeps a log until it is
   * acknowledged), or the latest state alone.
   */
  readonly keeps: 'everything' | 'latest';
  /** Whether states are read on connecting (reported with `initial: true`), or why there is nothing to read. */
  readonly readsStates: true | NotApplicable;
  /** The device calls, and whoever listens on the port is the one. */
  readonly callsUs?: true;
  readonly faults: Readonly<Record<FaultName, FaultDrill | NotApplicable>>;
  /** Starts a simulator of its own, on a free port. */
  start(): Promise<Bench>;
}

/** A simulator that runs, and what the site file says about it. The battery stops the simulator. */
export interface Bench {
  readonly simulator: Simulator;
  /** The device's options, as the site file has them: the battery parses them by the adapter's schema. Secrets by reference, `{ env: NAME }` set by the driver. */
  readonly options: Readonly<Record<string, unknown>>;
  /** The device's points, each with `at` as the site file has it. */
  readonly points: readonly ServedPoint[];
  /**
   * Lets stimulus `number` happen (from 1, each once, in order), such as a badge whose credential is the number. Resolves when the next may happen; must not
   * wait for the gateway, which may be away.
   */
  stimulate(number: number): void | Promise<void>;
  /** The numbers of the stimuli that these signals tell of, in order, one for each signal; what the battery did not stimulate is left out. */
  numbers(signals: readonly DeviceSignal[]): number[];
  /** Whether the latest of these signals show the device as it is after stimulus `number`. For devices that keep the latest alone. */
  readonly shows?: (signals: readonly DeviceSignal[], number: number) => boolean;
  /** Whether the device tells the gateway of changes by now, where that is later than the link. */
  readonly ready?: () => boolean;
  /** How many stimuli the gateway has acknowledged to the device, where the protocol acknowledges. */
  readonly acknowledged?: () => number;
  /** The clock of adapter and supervisor, where waits are to be shortened; else the machine's. */
  readonly clock?: Clock;
}

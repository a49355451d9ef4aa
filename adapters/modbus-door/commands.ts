import type { AdapterHost } from '../../src/adapter/contract.ts';
import type { DoorCommand } from '../../src/domain/door.ts';
import type { PointId } from '../../src/domain/point.ts';
import { ModbusException } from './exception.ts';
import type { ModbusLink } from './link.ts';
import { describe } from './location.ts';
import type { WritableLocation } from './location.ts';
import { outputOf } from './options.ts';
import type { DoorAt, ModbusDoorOptions } from './options.ts';

/** A release that the gateway has begun and has to end. */
interface Pulse {
  readonly output: WritableLocation;
  readonly endValue: number;
}

/**
 * Releases that are not ended yet, by controller and output. They outlive a connection on purpose: when the line fails in the middle of
 * one, the lock stays released, and the next connection has to end it before anything else.
 */
const unended = new Map<string, Map<string, Pulse>>();

/** Sends door commands, and ends the releases that the controller does not end by itself. */
export class DoorCommands {
  readonly #options: ModbusDoorOptions;
  readonly #host: AdapterHost;
  readonly #link: ModbusLink;
  readonly #pulses: Map<string, Pulse>;
  readonly #timers = new Map<string, () => void>();

  constructor(options: ModbusDoorOptions, host: AdapterHost, link: ModbusLink) {
    this.#options = options;
    this.#host = host;
    this.#link = link;
    this.#pulses = unended.get(link.peer) ?? new Map<string, Pulse>();
    unended.set(link.peer, this.#pulses);
    link.signal.addEventListener('abort', () => {
      for (const cancel of this.#timers.values()) cancel();
    });
  }

  get hasUnended(): boolean {
    return this.#pulses.size > 0;
  }

  /** See DoorFacet. */
  async command(door: PointId, command: DoorCommand): Promise<void> {
    const point = this.#host.points.find(({ id, type }) => id === door && type === 'door');
    if (point === undefined) throw new Error(`${this.#host.device.name} has no door ${door}`);
    const write = (point.at as DoorAt).commands[command];
    if (write === undefined) throw new Error(`${point.name}: the site file has no "${command}" command for this door`);
    const endValue = 'endValue' in write ? write.endValue : undefined;
    try {
      await this.#write(outputOf(write), write.value, endValue);
    } catch (cause) {
      throw new Error(`${point.name}: "${command}" was not confirmed: ${(cause as Error).message}`, { cause });
    }
  }

  /** Ends every release at once; what cannot be ended is left for the next connection. */
  async endAll(): Promise<void> {
    await Promise.all([...this.#pulses.values()].map((pulse) => this.#end(pulse)));
  }

  async #write(output: WritableLocation, value: number, endValue: number | undefined): Promise<void> {
    const key = describe(output);
    this.#timers.get(key)?.();
    // Before the write, since a release whose confirmation is lost may have begun all the same.
    const pulse = endValue === undefined ? undefined : { output, endValue };
    const earlier = this.#pulses.get(key);
    if (pulse !== undefined) this.#pulses.set(key, pulse);
    try {
      await this.#link.write(output, value);
    } catch (error) {
      if (error instanceof ModbusException) this.#putBack(key, earlier);
      throw error;
    }
    if (pulse === undefined) this.#pulses.delete(key);
    else
      this.#timers.set(
        key,
        this.#host.clock.after(this.#options.pulseMs, () => void this.#end(pulse)),
      );
  }

  /** A refusal has changed nothing; an earlier release, whose timer was stopped, ends now. */
  #putBack(key: string, earlier: Pulse | undefined): void {
    this.#pulses.delete(key);
    if (earlier === undefined) return;
    this.#pulses.set(key, earlier);
    void this.#end(earlier);
  }

  async #end(pulse: Pulse): Promise<void> {
    const key = describe(pulse.output);
    this.#timers.get(key)?.();
    try {
      await this.#link.write(pulse.output, pulse.endValue);
    } catch (error) {
      this.#host.log.error({ err: error, output: key }, 'a timed release could not be ended: the lock may still be released');
      return;
    }
    if (this.#pulses.get(key) === pulse) this.#pulses.delete(key);
  }
}

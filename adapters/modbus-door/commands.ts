import type { AdapterHost } from '../../src/adapter/contract.ts';
import type { DoorCommand } from '../../src/domain/door.ts';
import type { PointId } from '../../src/domain/point.ts';
import { outputOf } from './address.ts';
import { ModbusException } from './exception.ts';
import type { Line } from './line.ts';
import { describe } from './location.ts';
import type { WritableLocation } from './location.ts';
import type { ServedDoor } from './served.ts';

/** An output of one unit. */
interface Output extends WritableLocation {
  readonly unit: number;
}

/** A release that the gateway has begun and has to end. */
interface Pulse {
  readonly output: Output;
  readonly endValue: number;
}

const LONGEST_RETRY_MS = 60_000;

/**
 * Releases that are not ended yet, by line and output. They outlive a connection on purpose: when the line fails in the middle of
 * one, the lock stays released, and the next connection has to end it before anything else.
 */
const unended = new Map<string, Map<string, Pulse>>();

/** Sends door commands, and ends the releases that the controller does not end by itself. */
export class DoorCommands {
  readonly #host: AdapterHost;
  readonly #line: Line;
  readonly #doors: readonly ServedDoor[];
  readonly #pulseMs: number;
  readonly #pulses: Map<string, Pulse>;
  readonly #timers = new Map<string, () => void>();

  constructor(host: AdapterHost, line: Line, doors: readonly ServedDoor[], pulseMs: number) {
    this.#host = host;
    this.#line = line;
    this.#doors = doors;
    this.#pulseMs = pulseMs;
    this.#pulses = unended.get(line.peer) ?? new Map<string, Pulse>();
    unended.set(line.peer, this.#pulses);
    line.signal.addEventListener('abort', () => {
      for (const cancel of this.#timers.values()) cancel();
    });
  }

  get hasUnended(): boolean {
    return this.#pulses.size > 0;
  }

  /** See DoorFacet. */
  async command(door: PointId, command: DoorCommand): Promise<void> {
    const served = this.#doors.find(({ id }) => id === door);
    if (served === undefined) throw new Error(`${this.#host.device.name} has no door ${door}`);
    const write = served.commands[command];
    if (write === undefined) throw new Error(`${served.name}: the site file has no "${command}" command for this door`);
    const endValue = 'endValue' in write ? write.endValue : undefined;
    try {
      await this.#write({ ...outputOf(write), unit: served.unit }, write.value, endValue);
    } catch (cause) {
      throw new Error(`${served.name}: "${command}" was not confirmed: ${(cause as Error).message}`, { cause });
    }
  }

  /** Ends every release at once; what cannot be ended is left for the next connection. */
  async endAll(): Promise<void> {
    await Promise.all([...this.#pulses.values()].map((pulse) => this.#end(pulse)));
  }

  async #write(output: Output, value: number, endValue: number | undefined): Promise<void> {
    const key = keyOf(output);
    this.#timers.get(key)?.();
    // Before the write, since a release whose confirmation is lost may have begun all the same.
    const pulse = endValue === undefined ? undefined : { output, endValue };
    const earlier = this.#pulses.get(key);
    if (pulse !== undefined) this.#pulses.set(key, pulse);
    try {
      await this.#line.unit(output.unit).write(output, value);
    } catch (error) {
      if (error instanceof ModbusException) this.#putBack(key, earlier);
      else if (pulse !== undefined) this.#endAfter(this.#pulseMs, pulse);
      else if (earlier !== undefined) void this.#end(earlier);
      throw error;
    }
    if (pulse === undefined) this.#pulses.delete(key);
    else this.#endAfter(this.#pulseMs, pulse);
  }

  /** A refusal has changed nothing; an earlier release, whose timer was stopped, ends now. */
  #putBack(key: string, earlier: Pulse | undefined): void {
    this.#pulses.delete(key);
    if (earlier === undefined) return;
    this.#pulses.set(key, earlier);
    void this.#end(earlier);
  }

  async #end(pulse: Pulse, retryMs = 1000): Promise<void> {
    const key = keyOf(pulse.output);
    this.#timers.get(key)?.();
    try {
      await this.#line.unit(pulse.output.unit).write(pulse.output, pulse.endValue);
    } catch (error) {
      this.#host.log.error({ err: error, output: key }, 'a timed release could not be ended: the lock may still be released');
      if (this.#pulses.get(key) === pulse) this.#endAfter(retryMs, pulse, Math.min(2 * retryMs, LONGEST_RETRY_MS));
      return;
    }
    if (this.#pulses.get(key) === pulse) this.#pulses.delete(key);
  }

  /** Unless the line is over before: then the next connection ends it. */
  #endAfter(delayMs: number, pulse: Pulse, retryMs?: number): void {
    if (this.#line.signal.aborted) return;
    const key = keyOf(pulse.output);
    this.#timers.get(key)?.();
    this.#timers.set(
      key,
      this.#host.clock.after(delayMs, () => void this.#end(pulse, retryMs)),
    );
  }
}

function keyOf(output: Output): string {
  return `unit ${output.unit} ${describe(output)}`;
}

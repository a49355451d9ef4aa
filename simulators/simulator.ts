/**
 * What can go wrong with any device, under the same name in every simulator: the line is cut; it stands and nothing comes; the connection breaks off (RST), once;
 * what is sent is damaged; ends in the middle; comes byte by byte; the device loses power and comes back by itself; its clock is wrong by `seconds`.
 */
export const commonFaults = ['drop', 'stall', 'reset', 'garble', 'truncate', 'byte-at-a-time', 'reboot', 'clock-skew'] as const;

/** Arguments of a stimulus or fault, as a scenario file writes them. */
export type StimulusArguments = Readonly<Record<string, string | number | boolean>>;
export type Stimulus = (args: StimulusArguments) => void | Promise<void>;

/**
 * The other end of a wire: hardware that is not there. It speaks the real protocol on a real socket and is
 * written from the protocol's standard, never from the adapter's code, so that a mistake cannot cancel itself out.
 */
export interface Simulator {
  readonly id: string;
  /** Binds its sockets. @throws Error naming the address when it is taken. */
  start(): Promise<void>;
  /** Releases every handle; safe to call twice and before `start`. */
  stop(): Promise<void>;
  /** What people and physics can do to the device: `force`, `badge`, `motion`, ... */
  readonly stimuli: Readonly<Record<string, Stimulus>>;
  /** What can go wrong with the device or its line: those of `commonFaults` that its protocol has, and what is special to it; `clear` ends all of them. */
  readonly faults: Readonly<Record<string, Stimulus>>;
}

/** Exported as `default` by `simulators/NAME/index.ts`. */
export interface SimulatorDefinition {
  /** Checks `options` as `lab.yaml` has them. @throws Error naming the wrong option. */
  create(id: string, options: unknown): Simulator;
}

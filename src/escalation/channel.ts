import type { Incident } from '../domain/incident.ts';

/** What goes out. */
export interface Outgoing {
  /** The same at each attempt, so that the other side can tell a repetition. */
  readonly id: string;
  readonly incident: string;
  /** As `compose` made it. */
  readonly body: string;
}

/** A way to reach somebody in the chain of command. */
export interface Channel {
  /** What is written to the outbox when it falls due: what was true then is what is told, however often it is tried. */
  compose(incident: Incident): string;
  /**
   * Sends it once.
   * @throws Error with a sentence for the integrator: neither an address nor a secret is part of it.
   */
  send(message: Outgoing, signal: AbortSignal): Promise<void>;
}

/** How long one attempt may take. */
export const ATTEMPT_MS = 10_000;

/** What a camera showed at the moment of the alarm. */
export interface AlarmPicture {
  /** A JPEG. */
  readonly bytes: Uint8Array;
  /** Where the gateway serves it. */
  readonly path: string;
}

/** The alarm's picture, if there is one by now. */
export type FindAlarmPicture = (incident: string) => Promise<AlarmPicture | undefined>;

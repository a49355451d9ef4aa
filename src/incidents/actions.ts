import type { EpochMs } from '../domain/clock.ts';
import type { DoorCommand } from '../domain/door.ts';
import type { Disposition, Finding } from '../domain/incident.ts';

/** The step that an operator takes. */
export type OperatorStep =
  | { readonly action: 'acknowledge' }
  | { readonly action: 'start' }
  | { readonly action: 'note'; readonly note: string }
  | { readonly action: 'resolve'; readonly note: string }
  | { readonly action: 'close'; readonly disposition: Disposition; readonly note: string };

/** A step of an operator on an incident. */
export type OperatorAction = OperatorStep & {
  readonly incident: string;
  /** The revision that the operator saw. */
  readonly revision: number;
  /** The account's name. */
  readonly by: string;
  readonly at: EpochMs;
};

/** A command that an operator gave to a door from an incident, and what became of it. */
export interface DoorCommandRecord {
  readonly incident: string;
  readonly doorName: string;
  readonly command: DoorCommand;
  readonly by: string;
  readonly at: EpochMs;
  readonly outcome: { readonly ok: true } | { readonly ok: false; readonly reason: string };
}

/** Everything that can change the book. */
export type BookInput =
  | { readonly type: 'finding'; readonly finding: Finding }
  | { readonly type: 'action'; readonly action: OperatorAction }
  | { readonly type: 'record'; readonly record: DoorCommandRecord }
  | { readonly type: 'tick'; readonly at: EpochMs };

/** Why an input was not taken. */
export interface Refusal {
  readonly code: 'unknown-incident' | 'conflict' | 'not-possible';
  /** A sentence for the operator. */
  readonly message: string;
}

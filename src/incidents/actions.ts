import type { AvsLevel } from '../domain/avs.ts';
import type { EpochMs } from '../domain/clock.ts';
import type { DoorCommand } from '../domain/door.ts';
import type { Disposition, Finding } from '../domain/incident.ts';
import type { Measure } from '../domain/measure.ts';
import type { LevelInForce } from '../domain/threat.ts';

/** The step that an operator takes. */
export type OperatorStep =
  | { readonly action: 'acknowledge' }
  | { readonly action: 'start' }
  | { readonly action: 'note'; readonly note: string }
  | { readonly action: 'resolve'; readonly note: string }
  /** `openSteps`: what its procedure demands first. */
  | { readonly action: 'close'; readonly disposition: Disposition; readonly note: string; readonly openSteps?: readonly string[] }
  /** Comes back by itself at `until`. */
  | { readonly action: 'hold'; readonly until: EpochMs; readonly note: string }
  | { readonly action: 'reopen'; readonly note: string }
  | { readonly action: 'take-over' }
  /** Offers it to the account `to`, who becomes the owner by accepting. */
  | { readonly action: 'hand-over'; readonly to: string; readonly note: string }
  | { readonly action: 'accept' }
  | { readonly action: 'avs'; readonly level: AvsLevel; readonly note?: string };

/** A step that moves evidence between two incidents. */
export type JoiningStep =
  /** `openSteps`: what its procedure demands and that of the other does not ask. */
  | { readonly action: 'merge'; readonly into: string; readonly openSteps?: readonly string[] }
  /** `events`: what goes into an incident of its own. */
  | { readonly action: 'split'; readonly events: readonly string[]; readonly note: string };

interface Acting {
  readonly incident: string;
  /** The revision that the operator saw. */
  readonly revision: number;
  /** The account's name. */
  readonly by: string;
  readonly at: EpochMs;
}

/** A step of an operator on an incident. */
export type OperatorAction = OperatorStep & Acting;
export type JoiningAction = JoiningStep & Acting;

/** A command that an operator gave to a door from an incident, and what became of it. */
export interface DoorCommandRecord {
  readonly incident: string;
  readonly doorName: string;
  readonly command: DoorCommand;
  readonly by: string;
  readonly at: EpochMs;
  readonly outcome: { readonly ok: true } | { readonly ok: false; readonly reason: string };
}

/** Somebody wants a measure to begin. `until` is mandatory: nothing is forgotten on a shelf. */
export type MeasureRequest = Pick<Measure, 'type' | 'target' | 'reason' | 'by' | 'until'> & { readonly at: EpochMs };

/** Something that was done about an incident outside the book: a step of a procedure, a notification. */
export interface Remark {
  readonly incident: string;
  readonly by: string;
  readonly at: EpochMs;
  readonly what: string;
  readonly note?: string;
  /** Makes the incident as urgent as can be, for this reason. */
  readonly mostUrgentBecause?: string;
}

/** Everything that can change the book. */
export type BookInput =
  | { readonly type: 'finding'; readonly finding: Finding }
  | { readonly type: 'action'; readonly action: OperatorAction | JoiningAction }
  | { readonly type: 'record'; readonly record: DoorCommandRecord }
  | { readonly type: 'remark'; readonly remark: Remark }
  | { readonly type: 'measure'; readonly measure: MeasureRequest }
  | { readonly type: 'end-measure'; readonly measure: string; readonly by: string; readonly at: EpochMs }
  /** The threat levels in force from now on: all of them. */
  | { readonly type: 'threats'; readonly inForce: readonly LevelInForce[]; readonly at: EpochMs }
  | { readonly type: 'tick'; readonly at: EpochMs };

/** Why an input was not taken. */
export interface Refusal {
  /** `look-again`: news came that the operator may not have seen; the same step on the current revision is taken. */
  readonly code: 'unknown-incident' | 'conflict' | 'not-possible' | 'look-again';
  /** A sentence for the operator. */
  readonly message: string;
}

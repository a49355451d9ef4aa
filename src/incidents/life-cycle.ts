import type { Incident, IncidentState } from '../domain/incident.ts';
import type { OperatorStep } from './actions.ts';

/** The name under which the gateway's own steps stand in the log. */
export const GATEWAY = 'sallyport';

/** What can move an incident: an operator's step, or what the gateway sees in the field. */
export type Step = Exclude<OperatorStep['action'], 'note'> | 'restored' | 'raised-again';

export interface Transition {
  readonly step: Step;
  readonly who: 'operator' | 'gateway';
  readonly from: readonly IncidentState[];
  readonly to: IncidentState;
  /** How the log and a refusal say it, after the name of who did it. */
  readonly done: string;
  /** Whether who takes the step becomes the owner, the owner stays, or nobody owns it any more. */
  readonly owner: 'becomes' | 'stays' | 'nobody';
}

/** Every way that an incident can go. Nobody can close what nobody has acknowledged; what is closed stays closed. */
export const lifeCycle: readonly Transition[] = [
  { step: 'acknowledge', who: 'operator', from: ['new'], to: 'acknowledged', done: 'acknowledged', owner: 'becomes' },
  { step: 'start', who: 'operator', from: ['new', 'acknowledged'], to: 'in-progress', done: 'started handling', owner: 'becomes' },
  { step: 'resolve', who: 'operator', from: ['acknowledged', 'in-progress'], to: 'resolved', done: 'resolved', owner: 'stays' },
  { step: 'close', who: 'operator', from: ['acknowledged', 'in-progress', 'resolved'], to: 'closed', done: 'closed', owner: 'stays' },
  { step: 'restored', who: 'gateway', from: ['new', 'acknowledged', 'in-progress'], to: 'resolved', done: 'resolved', owner: 'stays' },
  { step: 'raised-again', who: 'gateway', from: ['resolved'], to: 'new', done: 'reopened', owner: 'nobody' },
];

/** The row for `step` in `state`, or undefined where the step is not possible. */
export function transition(step: Step, state: IncidentState): Transition | undefined {
  return lifeCycle.find((row) => row.step === step && row.from.includes(state));
}

/** The incident in the row's state, with the owner that the row says. `by`: who took the step. */
export function moved(incident: Incident, { to, owner }: Transition, by: string): Incident {
  const next: Omit<Incident, 'owner'> & { owner?: string } = { ...incident, state: to };
  if (owner === 'becomes') next.owner = by;
  if (owner === 'nobody') delete next.owner;
  return next;
}

/** The states in which `step` is possible. */
export function statesFor(step: Step): readonly IncidentState[] {
  return lifeCycle.filter((row) => row.step === step).flatMap(({ from }) => from);
}

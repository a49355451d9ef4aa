import type { Incident, IncidentState, Renewal } from '../domain/incident.ts';
import type { JoiningStep, OperatorStep } from './actions.ts';

/** The name under which the gateway's own steps stand in the log. */
export const GATEWAY = 'sallyport';

/** How the log says that an incident which was resolved or closed is new again. */
export const REOPENED = 'reopened';

/** What can move an incident: an operator's step, or what the gateway sees in the field or by the clock. */
export type Step = Exclude<OperatorStep['action'], 'note' | 'avs'> | JoiningStep['action'] | 'restored' | Exclude<Renewal, 'reopened' | 'unshelved'>;

export interface Transition {
  readonly step: Step;
  readonly who: 'operator' | 'gateway';
  readonly from: readonly IncidentState[];
  readonly to: IncidentState | 'same';
  /** How the log and a refusal say it, after the name of who did it. */
  readonly done: string;
  /** Whether who takes the step becomes the owner, the owner stays, or nobody owns it any more. */
  readonly owner: 'becomes' | 'stays' | 'nobody';
  /** Why the incident is new again. */
  readonly renewed?: Renewal;
}

const owned = ['acknowledged', 'in-progress', 'on-hold'] as const;
const open = ['new', ...owned, 'resolved'] as const;

/** Every way that an incident can go. Nobody can close what nobody has acknowledged. */
export const lifeCycle: readonly Transition[] = [
  { step: 'acknowledge', who: 'operator', from: ['new'], to: 'acknowledged', done: 'acknowledged', owner: 'becomes' },
  { step: 'start', who: 'operator', from: ['new', 'acknowledged', 'on-hold'], to: 'in-progress', done: 'started handling', owner: 'becomes' },
  { step: 'hold', who: 'operator', from: ['acknowledged', 'in-progress'], to: 'on-hold', done: 'put on hold', owner: 'stays' },
  { step: 'resolve', who: 'operator', from: owned, to: 'resolved', done: 'resolved', owner: 'stays' },
  { step: 'close', who: 'operator', from: [...owned, 'resolved'], to: 'closed', done: 'closed', owner: 'stays' },
  { step: 'reopen', who: 'operator', from: ['resolved', 'closed'], to: 'new', done: REOPENED, owner: 'nobody', renewed: 'reopened' },
  { step: 'take-over', who: 'operator', from: owned, to: 'same', done: 'took over', owner: 'becomes' },
  { step: 'hand-over', who: 'operator', from: owned, to: 'same', done: 'offered', owner: 'stays' },
  { step: 'accept', who: 'operator', from: owned, to: 'same', done: 'accepted', owner: 'becomes' },
  { step: 'merge', who: 'operator', from: open, to: 'closed', done: 'merged', owner: 'stays' },
  { step: 'split', who: 'operator', from: open, to: 'same', done: 'split', owner: 'stays' },
  { step: 'restored', who: 'gateway', from: ['new', ...owned], to: 'resolved', done: 'resolved', owner: 'stays' },
  { step: 'raised-again', who: 'gateway', from: ['resolved'], to: 'new', done: REOPENED, owner: 'nobody', renewed: 'raised-again' },
  // Whoever waits on hold must not miss that it got graver meanwhile.
  { step: 'news', who: 'gateway', from: ['on-hold'], to: 'new', done: 'returned', owner: 'nobody', renewed: 'news' },
  { step: 'hold-over', who: 'gateway', from: ['on-hold'], to: 'new', done: 'returned', owner: 'nobody', renewed: 'hold-over' },
];

/** The row for `step` in `state`, or undefined where the step is not possible. */
export function transition(step: Step, state: IncidentState): Transition | undefined {
  return lifeCycle.find((row) => row.step === step && row.from.includes(state));
}

type Movable = { -readonly [Field in keyof Incident]: Incident[Field] };

/** The incident in the row's state, with the owner that the row says. `by`: who took the step. */
export function moved(incident: Incident, { to, owner, renewed }: Transition, by: string): Incident {
  const next: Movable = { ...incident };
  if (owner === 'becomes') next.owner = by;
  if (owner === 'nobody') delete next.owner;
  if (next.owner !== incident.owner || to !== 'same') delete next.handOver;
  if (to === 'same') return next;
  next.state = to;
  delete next.renewed;
  delete next.holdUntil;
  if (incident.state === 'closed') {
    delete next.disposition;
    delete next.closedAt;
    delete next.suppressed;
  }
  if (renewed !== undefined) next.renewed = renewed;
  return next;
}

/** The states in which `step` is possible. */
export function statesFor(step: Step): readonly IncidentState[] {
  return lifeCycle.filter((row) => row.step === step).flatMap(({ from }) => from);
}

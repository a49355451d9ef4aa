import type { EpochMs } from '../domain/clock.ts';
import type { Incident, LogEntry } from '../domain/incident.ts';
import { leveled } from './avs.ts';
import type { DoorCommandRecord, OperatorAction, Refusal, Remark } from './actions.ts';
import { lifeCycle, moved, statesFor, transition } from './life-cycle.ts';
import type { Step, Transition } from './life-cycle.ts';
import { withLine } from './log.ts';
import { asUrgentAs } from './priority.ts';
import { listed, sentence, span } from './words.ts';

/** A hold that nobody would remember the next day is none. */
const LONGEST_HOLD_MS = 24 * 60 * 60 * 1000;

/** The incident after an operator's step, or why the step is refused. A step on an older revision is taken where it is still possible. */
export function acted(incident: Incident, action: OperatorAction): Incident | Refusal {
  if (action.action === 'note') {
    if (incident.state === 'closed') return { code: 'not-possible', message: 'The incident is closed; nothing can be added to it' };
    return logged(incident, { at: action.at, by: action.by, what: 'noted', note: action.note });
  }
  if (action.action === 'avs') {
    if (incident.state === 'closed') return { code: 'not-possible', message: 'The incident is closed; reopen it first' };
    return leveled(incident, action.level, action.by, action.at, action.note);
  }
  const row = permitted(incident, action.action, action);
  if ('code' in row) return row;
  const obstacle = obstacles(incident, action);
  if (obstacle !== undefined) return { code: 'not-possible', message: obstacle };
  return { ...moved(logged(incident, lineOf(row, action)), row, action.by), ...additions(incident, action) };
}

/** The row of the life cycle for a step, or why it cannot be taken now. */
export function permitted(
  incident: Incident,
  step: Step,
  action: { readonly revision: number; readonly by: string; readonly at: EpochMs },
): Transition | Refusal {
  const row = transition(step, incident.state);
  if (row === undefined) return refusal(incident, action, step);
  const unseen = endings.has(step) ? newsSince(incident, action.revision) : [];
  if (unseen.length === 0) return row;
  return { code: 'look-again', message: `Since you looked, this was added: ${listed(unseen, 'and')}. Look again; the same step is then taken` };
}

/** After these nobody looks any more. */
const endings: ReadonlySet<Step> = new Set<Step>(['resolve', 'close', 'merge']);

/** What came after the revision that somebody saw and could change the mind of that person, in words. */
export function newsSince({ evidence, raisedIn, priority }: Incident, revision: number): readonly string[] {
  const texts = evidence.filter((each) => (each.revision ?? 0) > revision && each.role !== 'restore').map(({ text }) => text);
  const raised = (raisedIn ?? 0) > revision ? [`priority ${priority}`] : [];
  return [...new Set(texts), ...raised];
}

/** Why an incident with these steps of its procedure cannot end; undefined where there are none. */
export function unfinished(openSteps: readonly string[] = []): string | undefined {
  if (openSteps.length === 0) return undefined;
  const steps = openSteps.map((step) => `"${step}"`);
  return `Its procedure is not finished: ${listed(steps, 'and')}`;
}

/** What stands in the way besides the state; a sentence. */
function obstacles(incident: Incident, action: OperatorAction): string | undefined {
  switch (action.action) {
    case 'hold':
      if (action.until <= action.at) return 'The time at which the incident comes back must lie in the future';
      return action.until > action.at + LONGEST_HOLD_MS ? 'An incident can be on hold for 24 hours at most' : undefined;
    case 'close':
      return unfinished(action.openSteps);
    case 'take-over':
      return incident.owner === action.by ? 'You have it already' : undefined;
    case 'hand-over':
      if (incident.owner !== action.by) return `It is with ${incident.owner ?? 'nobody'}: take it over first`;
      return action.to === action.by ? 'You have it already' : undefined;
    case 'accept':
      return incident.handOver?.to === action.by ? undefined : 'Nobody has offered it to you: take it over instead';
    default:
      return undefined;
  }
}

function lineOf({ done }: Transition, action: Exclude<OperatorAction, { action: 'note' | 'avs' }>): LogEntry {
  const { at, by } = action;
  const note = 'note' in action ? { note: action.note } : {};
  switch (action.action) {
    case 'close':
      return { at, by, what: `${done} as ${action.disposition}`, ...note };
    case 'hold':
      return { at, by, what: `${done} for ${span(at, action.until)}`, ...note };
    case 'hand-over':
      return { at, by, what: `${done} it to ${action.to}`, ...note };
    default:
      return { at, by, what: done, ...note };
  }
}

/** What a step leaves behind besides state, owner and log. */
function additions(incident: Incident, action: OperatorAction): Partial<Incident> {
  const { at, by } = action;
  switch (action.action) {
    case 'acknowledge':
    case 'start':
      return incident.acknowledgedAt === undefined ? { acknowledgedAt: at, acknowledgedBy: by } : {};
    case 'close':
      return { disposition: action.disposition, closedAt: at };
    case 'hold':
      return { holdUntil: action.until };
    case 'hand-over':
      return { handOver: { to: action.to, by, at } };
    default:
      return {};
  }
}

/** The incident with a door command and its outcome in its log, also when it has been closed meanwhile. */
export function recorded(incident: Incident, { doorName, command, by, at, outcome }: DoorCommandRecord): Incident {
  const { done, deed } = commandWords[command];
  const what = outcome.ok ? `${done} ${doorName}` : `${deed} of ${doorName} failed: ${outcome.reason}`;
  return logged(incident, { at, by, what });
}

/** The incident with what was done about it in its log, also when it has been closed meanwhile. */
export function remarked(incident: Incident, { by, at, what, note, mostUrgentBecause }: Remark): Incident {
  const next = logged(incident, { at, by, what, ...(note !== undefined && { note }) });
  if (mostUrgentBecause === undefined || incident.priority === 1) return next;
  return { ...next, ...asUrgentAs(next, 1, mostUrgentBecause), raisedIn: next.revision };
}

const commandWords: Record<DoorCommandRecord['command'], { readonly done: string; readonly deed: string }> = {
  lock: { done: 'locked', deed: 'lock' },
  unlock: { done: 'unlocked', deed: 'unlock' },
  access: { done: 'let somebody through', deed: 'momentary unlock' },
};

/** The next revision, with another line in its log. */
export function logged(incident: Incident, line: LogEntry): Incident {
  return { ...incident, log: withLine(incident.log, line), revision: incident.revision + 1 };
}

function refusal(incident: Incident, action: { readonly revision: number; readonly by: string; readonly at: EpochMs }, step: Step): Refusal {
  const goal = lifeCycle.find((row) => row.step === step);
  const overtaken = action.revision < incident.revision || goal?.to === incident.state;
  const earlier = overtaken ? lastMove(incident) : undefined;
  if (earlier !== undefined) return { code: 'conflict', message: whoWasFirst(earlier, action) };
  return { code: 'not-possible', message: `The incident is ${incident.state}; to ${step} it, it must be ${listed(statesFor(step), 'or')}` };
}

interface Move {
  readonly by: string;
  readonly at: EpochMs;
  readonly done: string;
}

/** The step that led to the state in which the incident is, as its log tells. */
function lastMove({ log }: Incident): Move | undefined {
  for (const { by, at, what } of log.toReversed()) {
    const row = lifeCycle.find(
      ({ done, to }) => to !== 'same' && (what === done || what.startsWith(`${done} as `) || what.startsWith(`${done} for `)),
    );
    if (row !== undefined) return { by, at, done: row.done };
  }
  return undefined;
}

function whoWasFirst({ by, done, at }: Move, action: { readonly by: string; readonly at: EpochMs }): string {
  if (by === action.by) return `You ${done} it already`;
  return `${sentence(by)} ${done} it ${span(at, action.at)} before you`;
}

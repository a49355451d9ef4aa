import type { EpochMs } from '../domain/clock.ts';
import type { Incident, LogEntry } from '../domain/incident.ts';
import type { DoorCommandRecord, OperatorAction, Refusal } from './actions.ts';
import { lifeCycle, moved, statesFor, transition } from './life-cycle.ts';
import { withLine } from './log.ts';

/** The incident after an operator's step, or why the step is refused. A step on an older revision is taken where it is still possible. */
export function acted(incident: Incident, action: OperatorAction): Incident | Refusal {
  if (action.action === 'note') {
    if (incident.state === 'closed') return { code: 'not-possible', message: 'The incident is closed; nothing can be added to it' };
    return logged(incident, { at: action.at, by: action.by, what: 'noted', note: action.note });
  }
  const row = transition(action.action, incident.state);
  if (row === undefined) return refusal(incident, action, action.action);
  const disposition = action.action === 'close' ? action.disposition : undefined;
  const line: LogEntry = {
    at: action.at,
    by: action.by,
    what: disposition === undefined ? row.done : `${row.done} as ${disposition}`,
    ...('note' in action && { note: action.note }),
  };
  return {
    ...moved(logged(incident, line), row, action.by),
    ...(disposition !== undefined && { disposition, closedAt: action.at }),
  };
}

/** The incident with a door command and its outcome in its log, also when it has been closed meanwhile. */
export function recorded(incident: Incident, { doorName, command, by, at, outcome }: DoorCommandRecord): Incident {
  const { done, deed } = commandWords[command];
  const what = outcome.ok ? `${done} ${doorName}` : `${deed} of ${doorName} failed: ${outcome.reason}`;
  return logged(incident, { at, by, what });
}

const commandWords: Record<DoorCommandRecord['command'], { readonly done: string; readonly deed: string }> = {
  lock: { done: 'locked', deed: 'lock' },
  unlock: { done: 'unlocked', deed: 'unlock' },
  access: { done: 'let somebody through', deed: 'momentary unlock' },
};

function logged(incident: Incident, line: LogEntry): Incident {
  return { ...incident, log: withLine(incident.log, line), revision: incident.revision + 1 };
}

function refusal(incident: Incident, action: OperatorAction, step: Exclude<OperatorAction['action'], 'note'>): Refusal {
  const goal = lifeCycle.find((row) => row.step === step);
  const overtaken = action.revision < incident.revision || goal?.to === incident.state;
  const earlier = overtaken ? lastMove(incident) : undefined;
  if (earlier !== undefined) return { code: 'conflict', message: whoWasFirst(earlier, action) };
  return { code: 'not-possible', message: `The incident is ${incident.state}; to ${step} it, it must be ${orList(statesFor(step))}` };
}

interface Move {
  readonly by: string;
  readonly at: EpochMs;
  readonly done: string;
}

/** The step that led to the state in which the incident is, as its log tells. */
function lastMove({ log }: Incident): Move | undefined {
  for (const { by, at, what } of log.toReversed()) {
    const row = lifeCycle.find(({ done }) => what === done || what.startsWith(`${done} as `));
    if (row !== undefined) return { by, at, done: row.done };
  }
  return undefined;
}

function whoWasFirst({ by, done, at }: Move, action: OperatorAction): string {
  if (by === action.by) return `You ${done} it already`;
  return `${by.charAt(0).toUpperCase()}${by.slice(1)} ${done} it ${span(at, action.at)} before you`;
}

/** "4 s", "3 min", "2 h". */
function span(from: EpochMs, to: EpochMs): string {
  const seconds = Math.max(0, Math.round((to - from) / 1000));
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}

function orList(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}`;
}

import type { Finding, Incident, LeadFinding, Priority, RestoreFinding, SupportFinding } from '../../src/domain/incident.ts';
import type { MeasureTarget, MeasureType } from '../../src/domain/measure.ts';
import type { BookInput, JoiningStep, OperatorStep } from '../../src/incidents/actions.ts';
import type { Book, Outcome } from '../../src/incidents/book.ts';
import { apply, bookFrom } from '../../src/incidents/book.ts';
import { event } from '../correlation/lab.ts';

/** 15 January 2026, noon. */
export const NOON = Date.UTC(2026, 0, 15, 12);

interface Fields {
  readonly key?: string;
  readonly rule?: string;
  readonly point?: string;
  readonly priority?: Priority;
}

/** Findings about a door that was forced; `at` is in seconds after noon. */
export function lead(
  at: number,
  { rule = 'door-forced', point = 'door-server', priority = 2, key = `door-forced@${point}` }: Fields = {},
): LeadFinding {
  const seen = event('door.forced', point, NOON + at * 1000);
  return {
    type: 'lead',
    id: `${rule}:${seen.id}`,
    rule,
    incidentKey: key,
    event: seen,
    at: seen.eventAt,
    reason: `${point} reports that it was forced open`,
    incidentKind: key.split('@')[0] ?? key,
    title: `${point} forced open`,
    priority,
  };
}

export function support(
  at: number,
  raisePriorityBy: number,
  { rule = 'motion-nearby', key = 'door-forced@door-server' }: Fields = {},
): SupportFinding {
  const seen = event('video.motion', 'cam-server', NOON + at * 1000);
  return {
    type: 'support',
    id: `${rule}:${seen.id}`,
    rule,
    incidentKey: key,
    event: seen,
    at: seen.eventAt,
    reason: 'Server room camera sees motion',
    raisePriorityBy,
  };
}

export function restore(
  at: number,
  resolves: boolean,
  { rule = 'door-forced', point = 'door-server', key = `door-forced@${point}` }: Fields = {},
): RestoreFinding {
  const seen = event('door.forced', point, NOON + at * 1000, 'restored');
  return {
    type: 'restore',
    id: `${rule}:${seen.id}`,
    rule,
    incidentKey: key,
    event: seen,
    at: seen.eventAt,
    reason: `${point} is no longer forced`,
    resolves,
  };
}

export const finding = (found: Finding): BookInput => ({ type: 'finding', finding: found });

export function action(step: OperatorStep | JoiningStep, at: number, by = 'ann', incident = '2026-000001', revision = 1): BookInput {
  return { type: 'action', action: { ...step, incident, revision, by, at: NOON + at * 1000 } };
}

export const acknowledge: OperatorStep = { action: 'acknowledge' };
export const start: OperatorStep = { action: 'start' };
export const resolve: OperatorStep = { action: 'resolve', note: 'guard went there' };
export const close: OperatorStep = { action: 'close', disposition: 'false-alarm', note: 'cleaner' };

export const hold = (untilSeconds: number): OperatorStep => ({ action: 'hold', until: NOON + untilSeconds * 1000, note: 'technician is on the way' });
export const reopen: OperatorStep = { action: 'reopen', note: 'it was something after all' };
export const takeOver: OperatorStep = { action: 'take-over' };
export const accept: OperatorStep = { action: 'accept' };
export const handOver = (to: string): OperatorStep => ({ action: 'hand-over', to, note: 'end of my shift' });
export const tick = (at: number): BookInput => ({ type: 'tick', at: NOON + at * 1000 });

/** A door that is held open: an alarm that is not critical. */
export const held = (at: number, fields: Fields = {}): LeadFinding => {
  const { point = 'door-main' } = fields;
  const found = lead(at, { rule: 'door-held', key: `door-held@${point}`, point, priority: 3, ...fields });
  return {
    ...found,
    id: `door-held:${found.event.id}`,
    event: { ...found.event, kind: 'door.held' },
    title: `${point} held open`,
    reason: `${point} reports that it is held open`,
  };
};

/** Begins a measure at `at` that ends at `until`, both in seconds after noon. */
export function measure(type: MeasureType, target: MeasureTarget, at: number, until: number, by = 'ann'): BookInput {
  return { type: 'measure', measure: { type, target, reason: 'known', by, at: NOON + at * 1000, until: NOON + until * 1000 } };
}

/** The outcomes of inputs applied one after the other to an empty book. */
export function run(...inputs: readonly BookInput[]): { book: Book; outcomes: readonly Outcome[]; last: Outcome; incident: Incident } {
  const outcomes: Outcome[] = [];
  let book = bookFrom([]);
  for (const input of inputs) {
    const outcome = apply(book, input);
    outcomes.push(outcome);
    book = outcome.book;
  }
  const last = outcomes.at(-1);
  const incident = book.incidents.get('2026-000001');
  if (last === undefined || incident === undefined) throw new Error('the test opened no incident');
  return { book, outcomes, last, incident };
}

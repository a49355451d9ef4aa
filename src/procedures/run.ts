import type { EpochMs } from '../domain/clock.ts';
import type { Incident } from '../domain/incident.ts';
import { holds } from './condition.ts';
import type { Contact, Procedure, Step } from './schema.ts';
import { typeOf, withinMs } from './schema.ts';

/** One answer, and who gave it. */
export interface Given {
  readonly answer: string;
  readonly by: string;
  readonly at: EpochMs;
}

/** How a call went. */
export const callOutcomes = ['reached', 'no answer', 'busy'] as const;
export type CallOutcome = (typeof callOutcomes)[number];

/** How a pass-code compared. */
export type CodeOutcome = 'verified' | 'wrong' | 'duress';

/** A procedure at work on an incident. A value: it is stored as it is. */
export interface Run {
  readonly incident: string;
  readonly procedure: string;
  readonly answers: Readonly<Record<string, Given>>;
  /** For each step with a call list: the calls so far, by the contact's position in the list. */
  readonly calls: Readonly<Record<string, Readonly<Record<number, CallOutcome>>>>;
  /** For each step with a pass-code: how often a wrong one was given. */
  readonly wrong: Readonly<Record<string, number>>;
  /** When each step came up, from which its time counts. */
  readonly shown: Readonly<Record<string, EpochMs>>;
  /** Steps that were not answered in their time. */
  readonly late: readonly string[];
}

/** After so many wrong pass-codes the step takes no more: somebody is guessing. */
export const MOST_WRONG_CODES = 3;

/** An answer as the dispatcher or a device gives it. */
export type AnswerInput = { readonly step: string; readonly by: string; readonly at: EpochMs } & (
  | { readonly answer: string }
  | { readonly contact: number; readonly outcome: CallOutcome }
  | { readonly code: CodeOutcome }
  /** Of a door or a camera. */
  | { readonly device: 'done' | 'failed'; readonly reason?: string }
);

/** The next run with what goes into the incident's log, or why the answer was not taken. */
export type Answered = { readonly run: Run; readonly what: string; readonly step: Step } | { readonly refused: string };

/**
 * The procedure that a rule names which opened the incident, else the first that fits its kind and place.
 * @param byRule the procedures that rules name, by the rule
 */
export function procedureFor(procedures: readonly Procedure[], byRule: ReadonlyMap<string, string>, incident: Incident): Procedure | undefined {
  const { kind, areas, evidence } = incident;
  const named = evidence.flatMap(({ role, rule }) => (role === 'lead' ? [byRule.get(rule)] : [])).find((id) => id !== undefined);
  const fits = ({ for: wanted }: Procedure) =>
    wanted?.incidents.includes(kind) === true && (wanted.areas === undefined || wanted.areas.some((area) => areas.includes(area)));
  return procedures.find(({ id }) => id === named) ?? procedures.find(fits);
}

/** The procedure at its beginning. */
export function begun(procedure: Procedure, incident: Incident, at: EpochMs): Run {
  const run: Run = { incident: incident.id, procedure: procedure.id, answers: {}, calls: {}, wrong: {}, shown: {}, late: [] };
  return shown(procedure, run, incident, at);
}

/** The steps that the answers so far and the incident lead to, in order. What an answer no longer leads to is left out, with its own answer. */
export function stepsOf({ steps }: Procedure, { answers }: Run, incident: Incident): readonly Step[] {
  const known: Record<string, string> = {};
  return steps.filter(({ id, when }) => {
    if (when !== undefined && !holds(when, known, incident)) return false;
    const given = answers[id];
    if (given !== undefined) known[id] = given.answer;
    return true;
  });
}

/** What must be answered before the incident can be closed. */
export function openSteps(procedure: Procedure, run: Run, incident: Incident): readonly Step[] {
  return stepsOf(procedure, run, incident).filter(({ id, mandatory }) => mandatory && run.answers[id] === undefined);
}

/** The run after an answer. An answer may be given again: the last one counts, and every one is in the log. */
export function answered(procedure: Procedure, run: Run, incident: Incident, input: AnswerInput): Answered {
  if (incident.state === 'closed') return { refused: 'The incident is closed; reopen it first' };
  const step = stepsOf(procedure, run, incident).find(({ id }) => id === input.step);
  if (step === undefined) return { refused: `The procedure has no step ${input.step} now: an earlier answer leads elsewhere` };
  const { by, at } = input;
  const settled = (answer: string, what: string, more: Partial<Run> = {}): Answered => ({
    run: shown(procedure, { ...run, ...more, answers: { ...run.answers, [step.id]: { answer, by, at } } }, incident, at),
    what,
    step,
  });
  if ('contact' in input) return called(procedure, run, step, input, settled);
  if ('code' in input) return verified(run, step, input.code, settled);
  if ('device' in input) return obeyed(step, input, settled);
  const choices = choicesOf(step);
  if (!choices.includes(input.answer)) {
    return { refused: choices.length === 0 ? 'This step is not answered by words' : `The answer must be ${choices.join(' or ')}` };
  }
  return settled(input.answer, `answered "${input.answer}"`);
}

/** The answers that a dispatcher can choose from; none where a call, a pass-code or a device answers. */
export function choicesOf(step: Step): readonly string[] {
  if ('ask' in step) return step.ask;
  return typeOf(step) === 'do' ? ['done'] : [];
}

export function contactsOf({ callLists }: Procedure, step: Step): readonly Contact[] {
  return 'call' in step ? (callLists[step.call] ?? []) : [];
}

type Settled = (answer: string, what: string, more?: Partial<Run>) => Answered;

/** A call list is answered when somebody was reached, or when nobody is left. */
function called(
  procedure: Procedure,
  run: Run,
  step: Step,
  input: AnswerInput & { contact: number; outcome: CallOutcome },
  settled: Settled,
): Answered {
  const contacts = contactsOf(procedure, step);
  const contact = contacts[input.contact];
  if (contact === undefined) return { refused: 'This step has no such contact' };
  const own = { ...run.calls[step.id], [input.contact]: input.outcome };
  const calls = { ...run.calls, [step.id]: own };
  const what = `called ${contact.name}: ${input.outcome}`;
  if (Object.values(own).includes('reached')) return settled('reached', what, { calls });
  if (contacts.every((_, index) => own[index] !== undefined)) return settled('nobody', what, { calls });
  return { run: withoutAnswer({ ...run, calls }, step.id), what, step };
}

function obeyed(step: Step, { device, reason = 'no reason given' }: { device: 'done' | 'failed'; reason?: string }, settled: Settled): Answered {
  if ('door' in step) return settled(device, device === 'done' ? 'commanded the door' : 'could not command the door');
  if (!('preset' in step)) return { refused: 'This step commands no device' };
  const { preset } = step;
  return settled(device, device === 'done' ? `turned the camera to ${preset}` : `could not turn the camera to ${preset}: ${reason}`);
}

function verified(run: Run, step: Step, code: CodeOutcome, settled: Settled): Answered {
  if (!('verify' in step)) return { refused: 'This step asks for no pass-code' };
  const wrong = run.wrong[step.id] ?? 0;
  if (wrong >= MOST_WRONG_CODES) return { refused: `${MOST_WRONG_CODES} wrong pass-codes were given: treat the caller as unknown` };
  if (code !== 'wrong') return settled(code, code === 'verified' ? 'verified the pass-code' : 'was given the duress code');
  return settled('wrong', 'was given a wrong pass-code', { wrong: { ...run.wrong, [step.id]: wrong + 1 } });
}

function withoutAnswer(run: Run, step: string): Run {
  const { [step]: _gone, ...answers } = run.answers;
  return { ...run, answers };
}

/** The run at a moment, and the steps whose time has just run out. The same run where nothing is new. */
export function ticked(procedure: Procedure, run: Run, incident: Incident, at: EpochMs): { readonly run: Run; readonly late: readonly Step[] } {
  if (incident.state === 'closed') return { run, late: [] };
  const current = shown(procedure, run, incident, at);
  const late = stepsOf(procedure, current, incident).filter((step) => {
    const due = dueAt(current, step);
    return due !== undefined && due <= at && current.answers[step.id] === undefined && !current.late.includes(step.id);
  });
  return late.length === 0 ? { run: current, late } : { run: { ...current, late: [...current.late, ...late.map(({ id }) => id)] }, late };
}

/** Until when a step should be answered. */
export function dueAt({ shown: since }: Run, step: Step): EpochMs | undefined {
  const within = withinMs(step);
  const from = since[step.id];
  return within === undefined || from === undefined ? undefined : from + within;
}

/** Remembers when steps came up that were not there before. */
function shown(procedure: Procedure, run: Run, incident: Incident, at: EpochMs): Run {
  const fresh = stepsOf(procedure, run, incident).filter(({ id }) => run.shown[id] === undefined);
  return fresh.length === 0 ? run : { ...run, shown: { ...run.shown, ...Object.fromEntries(fresh.map(({ id }) => [id, at])) } };
}

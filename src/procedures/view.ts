import type { EpochMs } from '../domain/clock.ts';
import type { Incident } from '../domain/incident.ts';
import type { PointId } from '../domain/point.ts';
import type { Run } from './run.ts';
import { choicesOf, contactsOf, dueAt, openSteps, stepsOf } from './run.ts';
import type { Procedure, Step, StepType } from './schema.ts';
import { doorOf, typeOf } from './schema.ts';
import { filled } from './text.ts';

/** One step as a dispatcher sees it. */
export interface StepView {
  readonly id: string;
  readonly type: StepType;
  readonly text: string;
  readonly mandatory: boolean;
  readonly late: boolean;
  /** Whether the answers so far lead to it. What they do not lead to is listed all the same, so that nothing moves when they do. */
  readonly applies: boolean;
  /** To choose from. */
  readonly choices: readonly string[];
  readonly contacts: readonly { readonly name: string; readonly phone: string; readonly outcome?: string }[];
  /** What a device is told: the door's command, the camera's preset. */
  readonly command?: string;
  readonly dueAt?: EpochMs;
  readonly answer?: string;
  readonly by?: string;
  readonly at?: EpochMs;
  /** What the dispatcher says or does now because of the answer. */
  readonly advice?: string;
}

/** A procedure at work as a dispatcher sees it. */
export interface ProcedureView {
  readonly incident: string;
  readonly procedure: string;
  readonly title: string;
  readonly steps: readonly StepView[];
  /** How many steps must still be done before the incident can be closed. */
  readonly open: number;
}

/** Whoever threatens the caller may listen: nothing that is said differs from what is said to the right code. */
const codeAdvice: Readonly<Record<string, string>> = {
  verified: 'Say: "Thank you, that is right."',
  duress: 'DURESS CODE. Say exactly: "Thank you, that is right." Do not ask again. The incident has been raised to priority 1.',
  wrong: 'The code is wrong. Stay polite, promise nothing.',
};

export function procedureView(procedure: Procedure, run: Run, incident: Incident, names: (id: PointId) => string): ProcedureView {
  const applying = new Set(stepsOf(procedure, run, incident));
  return {
    incident: incident.id,
    procedure: procedure.id,
    title: procedure.title,
    steps: procedure.steps.map((step) => stepView(procedure, run, step, filled(step.text, incident, names), applying.has(step))),
    open: openSteps(procedure, run, incident).length,
  };
}

function stepView(procedure: Procedure, run: Run, step: Step, text: string, applies: boolean): StepView {
  const { id, mandatory } = step;
  const due = dueAt(run, step);
  const command = 'preset' in step ? step.preset : doorOf(step)?.command;
  const given = applies ? run.answers[id] : undefined;
  const advice = given && 'verify' in step ? codeAdvice[given.answer] : undefined;
  return {
    id,
    type: typeOf(step),
    text,
    mandatory,
    late: applies && run.late.includes(id) && given === undefined,
    applies,
    choices: choicesOf(step),
    contacts: contactsOf(procedure, step).map(({ name, phone }, index) => {
      const outcome = run.calls[id]?.[index];
      return { name, phone, ...(outcome !== undefined && { outcome }) };
    }),
    ...(command !== undefined && { command }),
    ...(due !== undefined && applies && { dueAt: due }),
    ...given,
    ...(advice !== undefined && { advice }),
  };
}

import { useEffect, useRef, useState } from 'react';
import type { SubmitEvent } from 'react';
import type { ProcedureAnswer, ProcedureStep, ProcedureView } from '../../desk/procedure-schemas.ts';
import { incidentProcedureSchema, procedureViewSchema } from '../../desk/procedure-schemas.ts';
import { doorCommands } from '../../domain/door.ts';
import type { Incident } from '../../domain/incident.ts';
import { useDesk } from '../desk-context.ts';
import { useKeys } from '../keys.ts';
import { rest } from '../rest.ts';
import { clockTime } from '../time.ts';
import { commandWords } from '../words.ts';

/** What to do about the incident, step by step; nothing is shown where no procedure fits. */
export function Procedure({ incident }: { readonly incident: Incident }) {
  const { link, view: desk } = useDesk();
  const hasProcedures = desk.hello?.site.procedures === true;
  const [asked, setAsked] = useState(false);
  const [view, setView] = useState<ProcedureView>();
  const [error, setError] = useState('');
  const card = useRef<HTMLElement>(null);
  const address = `/incidents/${encodeURIComponent(incident.id)}/procedure`;
  const live = link.state === 'live';
  useEffect(() => {
    let current = true;
    void rest(incidentProcedureSchema, address).then((answer) => {
      if (!current || !answer.ok) return;
      setView(answer.value.procedure ?? undefined);
      setAsked(true);
    });
    return () => {
      current = false;
    };
    // Each answer, by whomever, is a new revision of the incident.
  }, [address, incident.revision, live]);
  const give = async (answer: ProcedureAnswer) => {
    const result = await rest(procedureViewSchema, `${address}/answers`, { body: answer });
    if (result.ok) setView(result.value);
    setError(result.ok ? '' : result.message);
  };
  const bring = () => {
    const step = card.current?.querySelector<HTMLElement>('[data-next]');
    const list = step?.closest('.scroll');
    if (step && list) list.scrollTop += step.getBoundingClientRect().top - list.getBoundingClientRect().top;
    return step;
  };
  // What is to be done next is seen at once; from then on nothing moves under the pointer.
  const shown = view !== undefined;
  useEffect(() => {
    if (shown) bring();
  }, [shown]);
  useKeys({ w: () => bring()?.querySelector<HTMLElement>(':is(button, input)')?.focus({ preventScroll: true }) });
  // Its place is kept while it is asked for, and where none fits: the cards beside it stay where they are.
  if (view === undefined)
    return hasProcedures ? (
      <section className="card procedure" aria-labelledby="procedure">
        <h2 id="procedure">Procedure</h2>
        <p className="quiet">{asked ? 'None for this kind of incident' : ''}</p>
      </section>
    ) : undefined;
  const next = view.steps.find(({ answer, applies }) => applies && answer === undefined)?.id;
  return (
    <section className="card procedure" aria-labelledby="procedure" data-testid="procedure" ref={card}>
      <h2 id="procedure">
        {view.title} <kbd>W</kbd> <span className="quiet">{view.open === 0 ? 'may be closed' : `${view.open} to do before closing`}</span>
      </h2>
      <div className="scroll" role="region" aria-label="Steps" tabIndex={0}>
        <ol>
          {view.steps.map((step) => (
            <Step key={step.id} step={step} isNext={step.id === next} possible={live && incident.state !== 'closed'} onAnswer={give} />
          ))}
        </ol>
        <p className="error" role="alert">
          {error}
        </p>
      </div>
    </section>
  );
}

interface StepProps {
  readonly step: ProcedureStep;
  readonly isNext: boolean;
  readonly possible: boolean;
  readonly onAnswer: (answer: ProcedureAnswer) => Promise<void>;
}

/** A step takes the same room before and after its answer, and while it does not apply: a button never moves under the pointer. */
function Step({ step, isNext, possible, onAnswer }: StepProps) {
  const { id, type, text, mandatory, late, dueAt, applies, answer, by, at, advice } = step;
  const open = applies && answer === undefined;
  return (
    <li data-testid={`step-${id}`} data-next={isNext ? true : undefined} className={!applies ? 'aside' : open ? 'open' : 'done'}>
      <p>
        <span aria-hidden="true">{!applies ? '–' : open ? '○' : isRepeatable(step) ? '✕' : '✓'}</span> {text}{' '}
        {!applies && <span className="heard">not needed so far</span>}
        <span className={mandatory || dueAt !== undefined ? 'tags' : ''}>
          {mandatory && open && <em>required</em>} {late && <strong className="late">late</strong>}
          {open && !late && dueAt !== undefined && `by ${clockTime(dueAt)}`}
        </span>
      </p>
      <div className="slot">
        <div className="offered" inert={!open && !isRepeatable(step)}>
          <Answers step={step} possible={possible && applies} onAnswer={onAnswer} />
        </div>
        {answer !== undefined && (
          <p className="given">
            <strong>{answer}</strong>{' '}
            <span className="quiet">
              {by}
              {at !== undefined && `, ${clockTime(at)}`}
            </span>
          </p>
        )}
      </div>
      {type === 'verify' && <p className={advice === undefined ? 'advice none' : 'advice'}>{advice}</p>}
    </li>
  );
}

/** What did not succeed can be tried again; an answer that was chosen can be corrected by REST and stays quiet here. */
function isRepeatable({ answer }: ProcedureStep): boolean {
  return answer === 'failed' || answer === 'wrong' || answer === 'nobody';
}

function Answers({ step, possible, onAnswer }: Omit<StepProps, 'isNext'>) {
  const { id, type, choices, contacts, command } = step;
  if (type === 'verify') return <PassCode step={id} possible={possible} onAnswer={onAnswer} />;
  if (type === 'call') {
    return contacts.map(({ name, phone, outcome }, contact) => (
      <div key={name} className="answers">
        <span className="contact">
          {name} <strong>{phone}</strong> {outcome !== undefined && <span className="quiet">{outcome}</span>}
        </span>
        {(['reached', 'no answer', 'busy'] as const).map((each) => (
          <button type="button" key={each} disabled={!possible} onClick={() => void onAnswer({ step: id, contact, outcome: each })}>
            {each}
          </button>
        ))}
      </div>
    ));
  }
  const offered = command === undefined ? choices : [command];
  return (
    <div className="answers">
      {offered.map((answer) => (
        <button
          type="button"
          key={answer}
          data-testid={`answer-${id}-${answer}`}
          disabled={!possible}
          onClick={() => void onAnswer({ step: id, answer })}
        >
          {buttonWords(type, answer)}
        </button>
      ))}
    </div>
  );
}

function buttonWords(type: ProcedureStep['type'], answer: string): string {
  if (type === 'preset') return `Turn to ${answer}`;
  const command = type === 'door' ? doorCommands.find((each) => each === answer) : undefined;
  return command === undefined ? answer : commandWords[command].name;
}

function PassCode({ step, possible, onAnswer }: { readonly step: string } & Omit<StepProps, 'step' | 'isNext'>) {
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const code = new FormData(form).get('code');
    form.reset();
    if (typeof code === 'string' && code !== '') void onAnswer({ step, code });
  };
  return (
    <form className="answers" onSubmit={submit}>
      <input name="code" type="password" autoComplete="off" aria-label="Pass-code as it was said" disabled={!possible} />
      <button type="submit" disabled={!possible}>
        Check
      </button>
    </form>
  );
}

import { useState } from 'react';
import type { IncidentAction } from '../../desk/protocol.ts';
import type { Incident, IncidentState } from '../../domain/incident.ts';
import type { Answer } from '../desk-connection.ts';
import { useDesk, useParts } from '../desk-context.ts';
import { useKeys } from '../keys.ts';
import { CloseDialog } from './close-dialog.tsx';
import { NoteDialog } from './note-dialog.tsx';

/** The steps of an incident's life in their order. The first one that is possible in a state is the one obvious next action. */
const actions: readonly {
  readonly name: 'acknowledge' | 'start' | 'note' | 'resolve' | 'close';
  readonly words: string;
  readonly key: string;
  readonly from: readonly IncidentState[];
}[] = [
  { name: 'acknowledge', words: 'Acknowledge', key: 'A', from: ['new'] },
  { name: 'start', words: 'Start', key: 'S', from: ['new', 'acknowledged'] },
  { name: 'resolve', words: 'Resolve', key: 'R', from: ['acknowledged', 'in-progress'] },
  { name: 'close', words: 'Close', key: 'C', from: ['acknowledged', 'in-progress', 'resolved'] },
  { name: 'note', words: 'Note', key: 'N', from: ['new', 'acknowledged', 'in-progress', 'resolved'] },
];

/** What the dispatcher can do with the incident; every action keeps its place. */
export function ActionBar({ incident }: { readonly incident: Incident }) {
  const { model } = useParts();
  const { link } = useDesk();
  const [dialog, setDialog] = useState<'note' | 'resolve' | 'close'>();
  const [outcome, setOutcome] = useState<Answer>({ ok: true });
  const live = link.state === 'live';
  const next = actions.find(({ from }) => from.includes(incident.state))?.name;

  const send = async (act: IncidentAction): Promise<Answer> => {
    const answer = await model.connection.act(incident, act);
    setOutcome(answer);
    return answer;
  };
  const perform = (name: (typeof actions)[number]['name']) => {
    if (name === 'acknowledge' || name === 'start') void send({ action: name });
    else setDialog(name);
  };
  const possible = actions.filter(({ from }) => live && from.includes(incident.state));
  useKeys(Object.fromEntries(possible.map(({ name, key }) => [key.toLowerCase(), () => perform(name)])));
  const close = () => setDialog(undefined);

  return (
    <div className="action-bar" role="group" aria-label="Actions">
      {actions.map(({ name, words, key, from }) => (
        <button
          type="button"
          key={name}
          className={name === next ? 'primary' : ''}
          data-testid={`action-${name}`}
          disabled={!live || !from.includes(incident.state)}
          onClick={() => perform(name)}
        >
          {words} <kbd>{key}</kbd>
        </button>
      ))}
      <p className="outcome error" role="alert" data-testid="action-outcome">
        {outcome.ok ? '' : outcome.message}
      </p>
      {(dialog === 'note' || dialog === 'resolve') && <NoteDialog action={dialog} title={incident.title} onSend={send} onClose={close} />}
      {dialog === 'close' && <CloseDialog title={incident.title} onSend={send} onClose={close} />}
    </div>
  );
}

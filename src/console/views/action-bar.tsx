import { useState } from 'react';
import type { IncidentAction } from '../../desk/protocol.ts';
import type { Incident, IncidentState } from '../../domain/incident.ts';
import type { Answer } from '../desk-connection.ts';
import { useDesk, useParts } from '../desk-context.ts';
import { useKeys } from '../keys.ts';
import { CloseDialog } from './close-dialog.tsx';
import { ExportDialog } from './export-dialog.tsx';
import { NoteDialog } from './note-dialog.tsx';
import { furtherSteps, isPossible, MoreDialog } from './steps/more.tsx';
import type { FurtherStep } from './steps/more.tsx';
import { AvsDialog, HandOverDialog, HoldDialog, MergeDialog, ReopenDialog, ShelveDialog, SplitDialog } from './steps/step-dialogs.tsx';

type StepName = 'acknowledge' | 'start' | 'note' | 'resolve' | 'close';
type DialogName = 'note' | 'resolve' | 'close' | 'more' | 'export' | Exclude<FurtherStep, 'take-over'>;

/** The steps of an incident's life in their order. The first one that is possible in a state is the one obvious next action. */
const actions: readonly { readonly name: StepName; readonly words: string; readonly key: string; readonly from: readonly IncidentState[] }[] = [
  { name: 'acknowledge', words: 'Acknowledge', key: 'A', from: ['new'] },
  { name: 'start', words: 'Start', key: 'S', from: ['new', 'acknowledged', 'on-hold'] },
  { name: 'resolve', words: 'Resolve', key: 'R', from: ['acknowledged', 'in-progress', 'on-hold'] },
  { name: 'close', words: 'Close', key: 'C', from: ['acknowledged', 'in-progress', 'on-hold', 'resolved'] },
  { name: 'note', words: 'Note', key: 'N', from: ['new', 'acknowledged', 'in-progress', 'on-hold', 'resolved'] },
];

const dialogs = {
  hold: HoldDialog,
  'hand-over': HandOverDialog,
  avs: AvsDialog,
  shelve: ShelveDialog,
  merge: MergeDialog,
  split: SplitDialog,
  reopen: ReopenDialog,
};

/** What the dispatcher can do with the incident; every action keeps its place. */
export function ActionBar({ incident }: { readonly incident: Incident }) {
  const { model } = useParts();
  const { link, view } = useDesk();
  // A dialog speaks about the incident as it was when it was opened: what came since must not be overlooked.
  const [dialog, setDialog] = useState<{ readonly name: DialogName; readonly revision: number }>();
  const [outcome, setOutcome] = useState<Answer>({ ok: true });
  const live = link.state === 'live';
  const user = view.hello?.user.name;
  const next = actions.find(({ from }) => from.includes(incident.state))?.name;
  const offered = incident.handOver !== undefined && incident.handOver.to === user;

  const send = async (act: IncidentAction): Promise<Answer> => {
    const answer = await model.connection.act({ ...incident, revision: dialog?.revision ?? incident.revision }, act);
    setOutcome(answer);
    // It has been said now what came; the same step counts for that as well.
    if (!answer.ok && answer.code === 'look-again')
      setDialog((open) => open && { ...open, revision: model.snapshot().view.incidents.get(incident.id)?.revision ?? open.revision });
    return answer;
  };
  const open = (name: DialogName) => setDialog({ name, revision: incident.revision });
  const perform = (name: StepName) => {
    if (name === 'acknowledge' || name === 'start') void send({ action: name });
    else open(name);
  };
  const performFurther = (name: FurtherStep) => {
    if (name === 'take-over') void send({ action: offered ? 'accept' : 'take-over' });
    else open(name);
  };
  const possible = actions.filter(({ from }) => live && from.includes(incident.state));
  const further = furtherSteps.filter((step) => live && isPossible(step, incident, user));
  const exportable = live && incident.cameras.length > 0;
  useKeys({
    ...Object.fromEntries(possible.map(({ name, key }) => [key.toLowerCase(), () => perform(name)])),
    ...Object.fromEntries(further.map(({ name, key }) => [key.toLowerCase(), () => performFurther(name)])),
    '.': further.length > 0 ? () => open('more') : undefined,
    '/': exportable ? () => open('export') : undefined,
  });
  const close = () => setDialog(undefined);
  const StepDialog = dialog === undefined || !(dialog.name in dialogs) ? undefined : dialogs[dialog.name as keyof typeof dialogs];

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
      <button type="button" data-testid="action-more" disabled={further.length === 0} aria-haspopup="dialog" onClick={() => open('more')}>
        More <kbd>.</kbd>
      </button>
      <button type="button" data-testid="action-export" disabled={!exportable} aria-haspopup="dialog" onClick={() => open('export')}>
        Export <kbd>/</kbd>
      </button>
      {offered && (
        <button type="button" data-testid="action-accept" disabled={!live} onClick={() => void send({ action: 'accept' })}>
          Accept from {incident.handOver.by} <kbd>Y</kbd>
        </button>
      )}
      <p className="outcome error" role="alert" data-testid="action-outcome">
        {outcome.ok ? '' : outcome.message}
      </p>
      {(dialog?.name === 'note' || dialog?.name === 'resolve') && (
        <NoteDialog action={dialog.name} title={incident.title} onSend={send} onClose={close} />
      )}
      {dialog?.name === 'export' && <ExportDialog incident={incident} onClose={close} />}
      {dialog?.name === 'close' && <CloseDialog title={incident.title} onSend={send} onClose={close} />}
      {dialog?.name === 'more' && (
        <MoreDialog
          incident={incident}
          user={user}
          onChoose={performFurther}
          onClose={() => setDialog((open) => (open?.name === 'more' ? undefined : open))}
        />
      )}
      {StepDialog !== undefined && <StepDialog incident={incident} onSend={send} onClose={close} />}
    </div>
  );
}

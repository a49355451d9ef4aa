import type { IncidentAction, MeasureRequest } from '../../../desk/protocol.ts';
import { avsLevels, avsWords } from '../../../domain/avs.ts';
import { isCritical } from '../../../domain/critical.ts';
import type { Incident } from '../../../domain/incident.ts';
import type { Answer } from '../../desk-connection.ts';
import { useDesk, useNames, useParts } from '../../desk-context.ts';
import { openIncidents } from '../../store.ts';
import { clockTime } from '../../time.ts';
import { Choice, Minutes } from '../fields.tsx';
import { FormDialog, textOf } from '../form-dialog.tsx';
import { NoteField } from '../note-field.tsx';

export interface StepDialogProps {
  readonly incident: Incident;
  readonly onSend: (act: IncidentAction) => Promise<Answer>;
  readonly onClose: () => void;
}

const wordsMissing = 'Write a few words first.';

export function HoldDialog({ incident, onSend, onClose }: StepDialogProps) {
  const submit = (form: FormData) => {
    const note = textOf(form, 'note');
    return note === '' ? wordsMissing : onSend({ action: 'hold', minutes: Number(textOf(form, 'minutes')), note });
  };
  return (
    <FormDialog title={`On hold: ${incident.title}`} testId="hold-dialog" submit="Put on hold" onSubmit={submit} onClose={onClose}>
      <Minutes most={1440} label="When shall it come back?" />
      <NoteField label="What does it wait for?" autoFocus />
    </FormDialog>
  );
}

export function HandOverDialog({ incident, onSend, onClose }: StepDialogProps) {
  const { hello } = useDesk().view;
  const others = hello?.colleagues.filter((name) => name !== hello.user.name) ?? [];
  const submit = (form: FormData) => {
    const [to, note] = [textOf(form, 'to'), textOf(form, 'note')];
    if (to === '') return 'There is nobody to hand it over to.';
    return note === '' ? wordsMissing : onSend({ action: 'hand-over', to, note });
  };
  return (
    <FormDialog title={`Hand over: ${incident.title}`} testId="hand-over-dialog" submit="Hand over" onSubmit={submit} onClose={onClose}>
      <Choice label="To whom? It stays yours until it is accepted." name="to" options={others.map((name) => [name, name])} />
      <NoteField label="What has to be known?" autoFocus />
    </FormDialog>
  );
}

export function MergeDialog({ incident, onSend, onClose }: StepDialogProps) {
  const others = openIncidents(useDesk().view.incidents).filter(({ id, test }) => id !== incident.id && test === incident.test);
  const submit = (form: FormData) => {
    const into = textOf(form, 'into');
    return into === '' ? 'There is no other open incident.' : onSend({ action: 'merge', into });
  };
  return (
    <FormDialog title={`Merge: ${incident.title}`} testId="merge-dialog" submit="Merge" onSubmit={submit} onClose={onClose}>
      <Choice
        label="Into which incident? It gets all evidence; this one is closed."
        name="into"
        options={others.map(({ id, title }) => [id, `${id} ${title}`])}
        autoFocus
      />
    </FormDialog>
  );
}

export function SplitDialog({ incident, onSend, onClose }: StepDialogProps) {
  const submit = (form: FormData) => {
    const events = form.getAll('event').filter((event) => typeof event === 'string');
    const note = textOf(form, 'note');
    if (events.length === 0) return 'Choose what goes into an incident of its own.';
    return note === '' ? wordsMissing : onSend({ action: 'split', events: [...new Set(events)], note });
  };
  return (
    <FormDialog title={`Split: ${incident.title}`} testId="split-dialog" submit="Split" onSubmit={submit} onClose={onClose}>
      <fieldset className="long">
        <legend>What goes into an incident of its own?</legend>
        {incident.evidence.map(({ event, rule, role, at, text }, index) => (
          <label key={`${event} ${rule} ${role}`} className="choice">
            <input type="checkbox" name="event" value={event} autoFocus={index === 0} data-testid={`split-${event}`} />
            <span>
              {clockTime(at)} {text}
            </span>
          </label>
        ))}
      </fieldset>
      <NoteField label="Why?" />
    </FormDialog>
  );
}

export function ReopenDialog({ incident, onSend, onClose }: StepDialogProps) {
  const submit = (form: FormData) => {
    const note = textOf(form, 'note');
    return note === '' ? wordsMissing : onSend({ action: 'reopen', note });
  };
  return (
    <FormDialog title={`Reopen: ${incident.title}`} testId="reopen-dialog" submit="Reopen" onSubmit={submit} onClose={onClose}>
      <NoteField label="Why?" autoFocus />
    </FormDialog>
  );
}

export function AvsDialog({ incident, onSend, onClose }: StepDialogProps) {
  const { avs } = incident;
  const preset = avs?.confirmed?.level ?? avs?.suggested.level;
  const submit = (form: FormData) => {
    const level = avsLevels.find((each) => String(each) === form.get('level'));
    const note = textOf(form, 'note');
    return level === undefined ? 'Choose a level.' : onSend({ action: 'avs', level, ...(note !== '' && { note }) });
  };
  return (
    <FormDialog title="Alarm level (ANSI/TMA-AVS-01)" testId="avs-dialog" submit="Set the level" onSubmit={submit} onClose={onClose}>
      {avs !== undefined && (
        <p className="quiet" data-testid="avs-suggested">
          Suggested: {avs.suggested.level}, because {avs.suggested.because}
        </p>
      )}
      <fieldset>
        <legend>What is known?</legend>
        {avsLevels.map((level) => (
          <label key={level} className="choice">
            <input
              type="radio"
              name="level"
              value={level}
              defaultChecked={level === preset}
              autoFocus={level === (preset ?? 0)}
              data-testid={`avs-${level}`}
            />
            <span>
              <strong>{level}</strong> {avsWords[level]}
            </span>
          </label>
        ))}
      </fieldset>
      <NoteField label="Note, if needed" />
    </FormDialog>
  );
}

/** Shelving one incident, or everything of its kind at its point. */
export function ShelveDialog({ incident, onClose }: StepDialogProps) {
  const { model } = useParts();
  const names = useNames();
  const submit = (form: FormData) => {
    const reason = textOf(form, 'note');
    if (reason === '') return wordsMissing;
    const target: MeasureRequest['target'] =
      form.get('what') === 'kind' ? { of: 'kind', point: incident.point, kind: incident.kind } : { of: 'incident', incident: incident.id };
    return model.connection.begin({ type: 'shelved', target, minutes: Number(textOf(form, 'minutes')), reason });
  };
  return (
    <FormDialog title={`Shelve: ${incident.title}`} testId="shelve-dialog" submit="Shelve" onSubmit={submit} onClose={onClose}>
      {isCritical(incident) && <p className="error">This incident is critical; those are never shelved.</p>}
      <Choice
        label="What leaves the queue?"
        name="what"
        options={[
          ['incident', 'This incident'],
          ['kind', `Every “${incident.kind}” of ${names.point(incident.point)}`],
        ]}
      />
      <Minutes most={720} />
      <NoteField label="Why?" autoFocus />
    </FormDialog>
  );
}

import { useState } from 'react';
import type { SubmitEvent } from 'react';
import type { IncidentAction } from '../../desk/protocol.ts';
import type { Answer } from '../desk-connection.ts';
import { closeAround, Dialog } from './dialog.tsx';
import { NoteField, noteOf } from './note-field.tsx';

interface NoteDialogProps {
  readonly action: 'note' | 'resolve';
  readonly title: string;
  readonly onSend: (act: IncidentAction) => Promise<Answer>;
  readonly onClose: () => void;
}

const words = {
  note: { title: 'Note', label: 'Note', submit: 'Add the note' },
  resolve: { title: 'Resolve', label: 'What was done', submit: 'Resolve' },
} as const;

/** Asks for the words that go with a note, or with resolving an incident. */
export function NoteDialog({ action, title, onSend, onClose }: NoteDialogProps) {
  const [error, setError] = useState('');
  const submit = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const note = noteOf(form);
    if (note === '') {
      setError('Write a few words first.');
      return;
    }
    const answer = await onSend({ action, note });
    if (answer.ok) closeAround(form);
    else setError(answer.message);
  };
  return (
    <Dialog title={`${words[action].title}: ${title}`} testId={`${action}-dialog`} onClose={onClose}>
      <form noValidate onSubmit={(event) => void submit(event)}>
        <NoteField label={words[action].label} autoFocus />
        <p className="error" role="alert" data-testid="dialog-error">
          {error}
        </p>
        <div className="buttons">
          <button type="button" onClick={(event) => closeAround(event.currentTarget)}>
            Cancel
          </button>
          <button type="submit" className="primary" data-testid={`${action}-submit`}>
            {words[action].submit}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

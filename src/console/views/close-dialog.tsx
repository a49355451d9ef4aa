import { useState } from 'react';
import type { SubmitEvent } from 'react';
import type { IncidentAction } from '../../desk/protocol.ts';
import { dispositions } from '../../domain/incident.ts';
import type { Answer } from '../desk-connection.ts';
import { dispositionWords } from '../words.ts';
import { closeAround, Dialog } from './dialog.tsx';
import { NoteField, noteOf } from './note-field.tsx';

interface CloseDialogProps {
  readonly title: string;
  readonly onSend: (act: IncidentAction) => Promise<Answer>;
  readonly onClose: () => void;
}

/** Closing takes a judgement, how it turned out, and a few words that the next shift can read. */
export function CloseDialog({ title, onSend, onClose }: CloseDialogProps) {
  const [error, setError] = useState('');
  const submit = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const chosen = new FormData(form).get('disposition');
    const disposition = dispositions.find((each) => each === chosen);
    const note = noteOf(form);
    if (disposition === undefined) {
      setError('Choose how it turned out.');
      return;
    }
    if (note === '') {
      setError('Write a few words for the next shift.');
      return;
    }
    const answer = await onSend({ action: 'close', disposition, note });
    if (answer.ok) closeAround(form);
    else setError(answer.message);
  };
  return (
    <Dialog title={`Close: ${title}`} testId="close-dialog" onClose={onClose}>
      <form noValidate onSubmit={(event) => void submit(event)}>
        <fieldset>
          <legend>How did it turn out?</legend>
          {dispositions.map((disposition, index) => (
            <label key={disposition} className="choice">
              <input type="radio" name="disposition" value={disposition} data-testid={`disposition-${disposition}`} autoFocus={index === 0} />
              <span>
                <strong>{dispositionWords[disposition].name}</strong> <span className="quiet">{dispositionWords[disposition].meaning}</span>
              </span>
            </label>
          ))}
        </fieldset>
        <NoteField label="Note" />
        <p className="error" role="alert" data-testid="dialog-error">
          {error}
        </p>
        <div className="buttons">
          <button type="button" onClick={(event) => closeAround(event.currentTarget)}>
            Cancel
          </button>
          <button type="submit" className="primary" data-testid="close-submit">
            Close the incident
          </button>
        </div>
      </form>
    </Dialog>
  );
}

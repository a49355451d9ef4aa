import { useState } from 'react';
import type { ReactNode, SubmitEvent } from 'react';
import type { Answer } from '../desk-connection.ts';
import { closeAround, Dialog } from './dialog.tsx';

interface FormDialogProps {
  readonly title: string;
  readonly testId: string;
  readonly submit: string;
  /** A sentence where something is missing in the form; else what the gateway answers. */
  readonly onSubmit: (form: FormData) => string | Promise<Answer>;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** A dialog that sends what was filled in, and stays open with the reason when that is not taken. */
export function FormDialog({ title, testId, submit, onSubmit, onClose, children }: FormDialogProps) {
  const [error, setError] = useState('');
  const send = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const answer = await onSubmit(new FormData(form));
    if (typeof answer === 'string') setError(answer);
    else if (answer.ok) closeAround(form);
    else setError(answer.message);
  };
  return (
    <Dialog title={title} testId={testId} onClose={onClose}>
      <form noValidate onSubmit={(event) => void send(event)}>
        {children}
        <p className="error" role="alert" data-testid="dialog-error">
          {error}
        </p>
        <div className="buttons">
          <button type="button" onClick={(event) => closeAround(event.currentTarget)}>
            Cancel
          </button>
          <button type="submit" className="primary" data-testid={`${testId}-submit`}>
            {submit}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

/** A field's text, without blanks around it. */
export function textOf(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === 'string' ? value.trim() : '';
}

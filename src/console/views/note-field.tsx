import type { KeyboardEvent } from 'react';

const LONGEST_NOTE = 2000;

/** A note of several lines; Control and Enter send it. */
export function NoteField({ label, autoFocus = false }: { readonly label: string; readonly autoFocus?: boolean }) {
  const sendOnEnter = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.key === 'Enter' && event.ctrlKey) event.currentTarget.form?.requestSubmit();
  };
  return (
    <label className="note">
      <span>
        {label} <span className="quiet">(Ctrl+Enter sends)</span>
      </span>
      <textarea name="note" data-testid="note" rows={4} maxLength={LONGEST_NOTE} autoFocus={autoFocus} onKeyDown={sendOnEnter} />
    </label>
  );
}

/** The note in `form`, without blanks around it. */
export function noteOf(form: HTMLFormElement): string {
  const note = new FormData(form).get('note');
  return typeof note === 'string' ? note.trim() : '';
}

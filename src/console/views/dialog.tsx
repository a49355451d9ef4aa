import type { ReactNode } from 'react';
import { useParts } from '../desk-context.ts';

interface DialogProps {
  readonly title: string;
  readonly testId: string;
  readonly onClose: () => void;
  /** Whether a new incident may take the focus while it is open. */
  readonly yields?: boolean;
  readonly children: ReactNode;
}

/** A native modal dialog: the browser keeps the keyboard inside and gives it back afterwards. */
export function Dialog({ title, testId, onClose, yields = false, children }: DialogProps) {
  const { model } = useParts();
  const closed = () => {
    onClose();
    // What had to wait for the end of typing may come now, once the dialog is gone.
    queueMicrotask(model.reconsider);
  };
  return (
    <dialog ref={open} data-testid={testId} data-yields={yields ? '' : undefined} aria-labelledby="dialog-title" onClose={closed}>
      <h2 id="dialog-title">{title}</h2>
      {children}
    </dialog>
  );
}

function open(dialog: HTMLDialogElement | null): void {
  if (dialog?.open === false) dialog.showModal();
}

/** Closes the dialog around a button. */
export function closeAround(element: Element): void {
  element.closest('dialog')?.close();
}

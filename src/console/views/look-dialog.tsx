import type { ReactNode } from 'react';
import { closeAround, Dialog } from './dialog.tsx';

/** Something to look at until it is closed. */
export function LookDialog({ title, testId, onClose, children }: { title: string; testId: string; onClose: () => void; children: ReactNode }) {
  return (
    <Dialog title={title} testId={testId} onClose={onClose} yields>
      {children}
      <div className="buttons">
        <button type="button" className="primary" autoFocus onClick={(event) => closeAround(event.currentTarget)}>
          Close
        </button>
      </div>
    </Dialog>
  );
}

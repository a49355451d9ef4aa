import type { ReactNode } from 'react';
import { closeAround, Dialog } from './dialog.tsx';

/** A picture as large as the screen allows, until it is closed. */
export function PictureDialog({ title, testId, onClose, children }: { title: string; testId: string; onClose: () => void; children: ReactNode }) {
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

import { useState } from 'react';
import { LookDialog } from './look-dialog.tsx';

interface EvidencePictureProps {
  /** Where the gateway serves it. */
  readonly path: string;
  /** What the evidence says. */
  readonly text: string;
}

/** The picture that a recorder sent, small; opened it is large. */
export function EvidencePicture({ path, text }: EvidencePictureProps) {
  const [open, setOpen] = useState(false);
  const [missing, setMissing] = useState(false);
  if (missing) return <span className="quiet"> Its picture is no longer kept.</span>;
  return (
    <>
      <button
        type="button"
        className="evidence-picture"
        data-testid="evidence-picture"
        aria-label={`Enlarge the picture: ${text}`}
        onClick={() => setOpen(true)}
      >
        <img src={path} alt="" onError={() => setMissing(true)} />
      </button>
      {open && (
        <LookDialog title={text} testId="evidence-picture-dialog" onClose={() => setOpen(false)}>
          <img className="evidence-full" src={path} alt={`Picture that came with: ${text}`} />
        </LookDialog>
      )}
    </>
  );
}

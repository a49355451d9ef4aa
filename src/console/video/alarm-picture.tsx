import { useEffect, useRef, useState } from 'react';
import { LookDialog } from '../views/look-dialog.tsx';
import { fetchWithTicket } from './tickets.ts';

/** A camera makes its picture while the alarm is already on the screen. */
const ASK_AGAIN_MS = 2_000;
const MOST_QUESTIONS = 5;

interface AlarmPictureProps {
  readonly incident: string;
  readonly camera: string;
  readonly name: string;
}

/** The picture that a camera made when the alarm came, small; opened it is large. */
export function AlarmPicture({ incident, camera, name }: AlarmPictureProps) {
  const [picture, setPicture] = useState<ImageBitmap>();
  const [missing, setMissing] = useState(false);
  const [open, setOpen] = useState(false);
  useEffect(() => {
    const ended = new AbortController();
    const path = `/api/v1/incidents/${encodeURIComponent(incident)}/snapshot/${encodeURIComponent(camera)}.jpg`;
    ask(path, camera, ended.signal).then(setPicture, () => {
      if (!ended.signal.aborted) setMissing(true);
    });
    return () => ended.abort();
  }, [incident, camera]);
  const label = `${name} at the moment of the alarm`;
  return (
    <>
      <button
        type="button"
        className="evidence-picture"
        data-testid="alarm-picture"
        aria-label={picture === undefined ? label : `Enlarge the picture: ${label}`}
        disabled={picture === undefined}
        onClick={() => setOpen(true)}
      >
        {picture === undefined ? <span className="quiet">{missing ? 'No picture of that moment' : ''}</span> : <Painted picture={picture} />}
      </button>
      {open && picture !== undefined && (
        <LookDialog title={label} testId="alarm-picture-dialog" onClose={() => setOpen(false)}>
          <div className="evidence-full" role="img" aria-label={label}>
            <Painted picture={picture} />
          </div>
        </LookDialog>
      )}
    </>
  );
}

/** On a canvas, because what needs a ticket is no address that an image could load. */
function Painted({ picture }: { readonly picture: ImageBitmap }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => canvas.current?.getContext('2d')?.drawImage(picture, 0, 0), [picture]);
  return <canvas ref={canvas} width={picture.width} height={picture.height} />;
}

async function ask(path: string, camera: string, signal: AbortSignal): Promise<ImageBitmap> {
  for (let question = 1; ; question += 1) {
    try {
      const response = await fetchWithTicket('picture', camera, path, signal);
      return await createImageBitmap(await response.blob());
    } catch (error) {
      if (signal.aborted || question >= MOST_QUESTIONS) throw error;
      await new Promise((resolve) => window.setTimeout(resolve, ASK_AGAIN_MS));
    }
  }
}

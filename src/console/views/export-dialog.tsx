import { useEffect, useRef, useState } from 'react';
import type { SubmitEvent } from 'react';
import type { EpochMs } from '../../domain/clock.ts';
import type { Incident } from '../../domain/incident.ts';
import { useNames, useParts } from '../desk-context.ts';
import { cancelExport, followExport, saveExport, startExport } from '../video/export.ts';
import type { Export } from '../video/export.ts';
import { closeAround, Dialog } from './dialog.tsx';
import { textOf } from './form-dialog.tsx';

/** What is kept of an alarm at least. */
const BEFORE_MS = 10_000;
const AFTER_MS = 30_000;

interface ExportDialogProps {
  readonly incident: Incident;
  readonly onClose: () => void;
}

/** Takes what a camera saw around the alarm out as a file, with its hash. */
export function ExportDialog({ incident, onClose }: ExportDialogProps) {
  const names = useNames();
  const { model } = useParts();
  const [made, setMade] = useState<Export>();
  const [error, setError] = useState('');
  const ending = useRef(new AbortController());
  const from = incident.occurredAt - BEFORE_MS;
  const [to] = useState(() => Math.min(incident.occurredAt + AFTER_MS, model.now()));
  useEffect(() => {
    const { current } = ending;
    return () => current.abort();
  }, []);

  const submit = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const [camera, start, end, kind] = ['camera', 'from', 'to', 'form'].map((field) => textOf(form, field));
    setError('');
    try {
      const begun = await startExport({ camera, from: Date.parse(start ?? ''), to: Date.parse(end ?? ''), form: kind, incident: incident.id });
      const over = await followExport(begun, setMade, ending.current.signal);
      if (over.state === 'done') await saveExport(over);
      else if (over.state === 'failed') setError(over.reason ?? 'It could not be made.');
    } catch (cause) {
      if (!ending.current.signal.aborted) setError(cause instanceof Error ? cause.message : String(cause));
    }
  };
  const underWay = made?.state === 'waiting' || made?.state === 'running';
  return (
    <Dialog title={`Export: ${incident.title}`} testId="export-dialog" onClose={onClose}>
      <form className="export-form" noValidate onSubmit={(event) => void submit(event)}>
        <label>
          Camera
          <select name="camera" autoFocus data-testid="export-camera">
            {incident.cameras.map((camera) => (
              <option key={camera} value={camera}>
                {names.point(camera)}
              </option>
            ))}
          </select>
        </label>
        <label>
          From
          <input type="datetime-local" name="from" step={1} defaultValue={localTime(from)} data-testid="export-from" />
        </label>
        <label>
          To
          <input type="datetime-local" name="to" step={1} defaultValue={localTime(to)} data-testid="export-to" />
        </label>
        <label>
          As
          <select name="form" data-testid="export-form">
            <option value="plain">Film, as it was kept</option>
            <option value="marked">Film with name and time in the picture</option>
            <option value="sheet">Contact sheet: 12 pictures with their times</option>
          </select>
        </label>
        <p className="export-state" role="status" data-testid="export-state">
          {made !== undefined && <progress max={1} value={made.state === 'waiting' ? undefined : made.progress} aria-label="How far it is" />}
          {wordsOf(made)}
          {made?.made !== undefined && <code data-testid="export-hash">{made.made.sha256}</code>}
        </p>
        <p className="error" role="alert" data-testid="dialog-error">
          {error}
        </p>
        <div className="buttons">
          {underWay ? (
            <button type="button" data-testid="export-cancel" onClick={() => void cancelExport(made).then(setMade)}>
              Stop it
            </button>
          ) : (
            <button type="button" onClick={(event) => closeAround(event.currentTarget)}>
              Close
            </button>
          )}
          <button type="submit" className="primary" disabled={underWay} data-testid="export-submit">
            Export
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function wordsOf(made: Export | undefined): string {
  switch (made?.state) {
    case undefined:
      return 'The file is saved by the browser, and its SHA-256 is put into the log.';
    case 'waiting':
      return 'Waiting for its turn';
    case 'running':
      return `${Math.round(made.progress * 100)} %`;
    case 'done':
      return 'Saved. SHA-256: ';
    case 'failed':
      return 'Failed';
    case 'cancelled':
      return 'Stopped';
  }
}

/** As a field for date and time wants it: without a zone, by the clock of this machine. */
function localTime(at: EpochMs): string {
  const shifted = new Date(at - new Date(at).getTimezoneOffset() * 60_000);
  return shifted.toISOString().slice(0, 19);
}

import { useEffect, useState } from 'react';
import { figuresSchema } from '../../desk/figures-schemas.ts';
import type { Figures } from '../../desk/figures-schemas.ts';
import { priorities } from '../../domain/incident.ts';
import { useNames } from '../desk-context.ts';
import { priorityWords } from '../words.ts';
import { closeAround, Dialog } from './dialog.tsx';

/** How the alarm system does, for the last day: what ISA-18.2 wants to be looked at. */
export function FiguresDialog({ onClose }: { readonly onClose: () => void }) {
  const [figures, setFigures] = useState<Figures | 'failed'>();
  useEffect(() => {
    const abort = new AbortController();
    fetchFigures(abort.signal).then(setFigures, () => setFigures((known) => (abort.signal.aborted ? known : 'failed')));
    return () => abort.abort();
  }, []);
  return (
    <Dialog title="Figures of the last 24 hours" testId="figures-dialog" onClose={onClose} yields>
      {figures === undefined && <p className="quiet">Asking the gateway …</p>}
      {figures === 'failed' && <p className="error">The gateway did not answer. Close this and try again.</p>}
      {typeof figures === 'object' && <Table figures={figures} />}
      <div className="buttons">
        <button type="button" className="primary" autoFocus onClick={(event) => closeAround(event.currentTarget)}>
          Close
        </button>
      </div>
    </Dialog>
  );
}

function Table({ figures }: { readonly figures: Figures }) {
  const names = useNames();
  const { per10Min, timeToAcknowledge, topPoints, byPriority, seats } = figures;
  return (
    <div className="figures scroll long" role="region" aria-label="Figures" tabIndex={0}>
      <dl>
        <Figure name="Incidents" value={String(figures.incidents)} />
        <Figure name="In 10 minutes" value={`${per10Min.average}, at most ${per10Min.peak}`} />
        <Figure name="Time in flood" value={`${Math.round(figures.floodShare * 1000) / 10} %`} />
        <Figure name="Open now" value={`${figures.open}, of these standing ${figures.standing}`} />
        <Figure name="Stale (over 24 h)" value={String(figures.stale)} />
        <Figure name="Not in the queue" value={String(figures.suppressed)} />
        <Figure name="Time to acknowledge" value={`${seconds(timeToAcknowledge.p50Ms)} (p50), ${seconds(timeToAcknowledge.p95Ms)} (p95)`} />
        <Figure name="By priority" value={priorities.map((each) => `${priorityWords[each]} ${byPriority[each]}`).join(' · ')} />
      </dl>
      <table>
        <caption>Dispatchers</caption>
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Acknowledged</th>
            <th scope="col">Most in 10 min</th>
            <th scope="col">Open</th>
            <th scope="col">p50</th>
            <th scope="col">p95</th>
          </tr>
        </thead>
        <tbody>
          {seats.map(({ dispatcher, acknowledged, peakPer10Min, open, timeToAcknowledge: time }) => (
            <tr key={dispatcher}>
              <th scope="row">{dispatcher}</th>
              <td>{acknowledged}</td>
              <td>{peakPer10Min}</td>
              <td>{open}</td>
              <td>{seconds(time.p50Ms)}</td>
              <td>{seconds(time.p95Ms)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <table>
        <caption>Points that raise most</caption>
        <thead>
          <tr>
            <th scope="col">Point</th>
            <th scope="col">Incidents</th>
            <th scope="col">Share</th>
          </tr>
        </thead>
        <tbody>
          {topPoints.map(({ point, incidents, share }) => (
            <tr key={point}>
              <th scope="row">{names.point(point)}</th>
              <td>{incidents}</td>
              <td>{Math.round(share * 100)} %</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Figure({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function seconds(ms: number | null): string {
  if (ms === null) return '–';
  return ms < 120_000 ? `${Math.round(ms / 1000)} s` : `${Math.round(ms / 60_000)} min`;
}

async function fetchFigures(signal: AbortSignal): Promise<Figures> {
  const response = await fetch('/api/v1/figures', { signal });
  if (!response.ok) throw new Error(`the gateway answered ${response.status}`);
  return figuresSchema.parse(await response.json());
}

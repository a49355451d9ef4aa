import { useEffect, useState } from 'react';
import { figuresSchema } from '../../desk/figures-schemas.ts';
import type { Figures } from '../../desk/figures-schemas.ts';
import { priorities } from '../../domain/incident.ts';
import { useNames } from '../desk-context.ts';
import { clockTime } from '../time.ts';
import { priorityWords } from '../words.ts';
import { LookDialog } from './look-dialog.tsx';

const REFRESH_MS = 5000;

/** How the alarm system does, for the last day and kept fresh: what ISA-18.2 wants to be looked at. */
export function FiguresDialog({ onClose }: { readonly onClose: () => void }) {
  const [figures, setFigures] = useState<Figures | 'failed'>();
  useEffect(() => {
    const abort = new AbortController();
    const refresh = () => void fetchFigures(abort.signal).then(setFigures, () => setFigures((known) => (abort.signal.aborted ? known : 'failed')));
    refresh();
    const timer = setInterval(refresh, REFRESH_MS);
    return () => {
      clearInterval(timer);
      abort.abort();
    };
  }, []);
  return (
    <LookDialog title="Figures of the last 24 hours" testId="figures-dialog" onClose={onClose}>
      {figures === undefined && <p className="quiet">Asking the gateway …</p>}
      {figures === 'failed' && <p className="error">The gateway does not answer. It is asked again every {REFRESH_MS / 1000} seconds.</p>}
      {typeof figures === 'object' && <Table figures={figures} />}
    </LookDialog>
  );
}

const WHOLE_SITE = '';

function Table({ figures }: { readonly figures: Figures }) {
  const names = useNames();
  const [seat, setSeat] = useState(WHOLE_SITE);
  const shown = figures.seats.find(({ dispatcher }) => dispatcher === seat) ?? figures;
  const { per10Min, timeToAcknowledge, topPoints, byPriority } = shown;
  return (
    <div className="figures scroll long" role="region" aria-label="Figures" tabIndex={0}>
      <label>
        Of{' '}
        <select data-testid="figures-of" value={seat} onChange={(event) => setSeat(event.currentTarget.value)}>
          <option value={WHOLE_SITE}>the whole site</option>
          {figures.seats.map(({ dispatcher }) => (
            <option key={dispatcher}>{dispatcher}</option>
          ))}
        </select>{' '}
        <span className="quiet">at {clockTime(figures.to)}</span>
      </label>
      <dl>
        <Figure name="Incidents" value={String(shown.incidents)} />
        <Figure name="In 10 minutes" value={`${per10Min.average}, at most ${per10Min.peak}`} />
        <Figure name="Open now" value={`${shown.open}, of these standing ${shown.standing}`} />
        <Figure name="Stale (over 24 h)" value={String(shown.stale)} />
        <Figure name="Time to acknowledge" value={`${seconds(timeToAcknowledge.p50Ms)} (p50), ${seconds(timeToAcknowledge.p95Ms)} (p95)`} />
        <Figure name="Time in flood (site)" value={`${Math.round(figures.floodShare * 1000) / 10} %`} />
        <Figure name="Not in the queue (site)" value={String(figures.suppressed)} />
        <Figure name="By priority" value={priorities.map((each) => `${priorityWords[each]} ${byPriority[each]}`).join(' · ')} />
      </dl>
      {figures.seats.length === 0 ? (
        <p className="quiet">Nobody has acknowledged an incident in this time.</p>
      ) : (
        <table>
          <caption>Dispatchers</caption>
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Incidents</th>
              <th scope="col">In 10 min</th>
              <th scope="col">Most</th>
              <th scope="col">Acknowledged</th>
              <th scope="col">p50</th>
              <th scope="col">p95</th>
              <th scope="col">Open</th>
              <th scope="col">Standing</th>
              <th scope="col">Stale</th>
              <th scope="col">Priority 1 to 5</th>
            </tr>
          </thead>
          <tbody>
            {figures.seats.map((each) => (
              <tr key={each.dispatcher} data-testid={`seat-${each.dispatcher}`}>
                <th scope="row">{each.dispatcher}</th>
                <td>{each.incidents}</td>
                <td>{each.per10Min.average}</td>
                <td>{each.per10Min.peak}</td>
                <td>{each.acknowledged}</td>
                <td>{seconds(each.timeToAcknowledge.p50Ms)}</td>
                <td>{seconds(each.timeToAcknowledge.p95Ms)}</td>
                <td>{each.open}</td>
                <td>{each.standing}</td>
                <td>{each.stale}</td>
                <td>{priorities.map((priority) => each.byPriority[priority]).join(' · ')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {topPoints.length > 0 && (
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
      )}
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

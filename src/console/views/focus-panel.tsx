import { useState } from 'react';
import type { Incident } from '../../domain/incident.ts';
import { useNames } from '../desk-context.ts';
import { useKeys } from '../keys.ts';
import { LiveTile } from '../video/live-tile.tsx';
import { PtzPad } from '../video/ptz-pad.tsx';
import { PastTile } from '../video/past-tile.tsx';
import { ActionBar } from './action-bar.tsx';
import { DoorCard } from './door-card.tsx';
import { useEscalation } from './escalation.tsx';
import { IncidentHead } from './incident-head.tsx';
import { Procedure } from './procedure.tsx';
import { TimeLine } from './time-line.tsx';
import { Why } from './why.tsx';

const BEFORE_MS = 10_000;
const AFTER_MS = 5_000;

/** Everything about the incident in focus, with the pictures of now and of the alarm, without a click. */
export function FocusPanel({ incident }: { readonly incident: Incident }) {
  const names = useNames();
  const escalation = useEscalation(incident);
  const [chosen, setChosen] = useState(0);
  const camera = incident.cameras[chosen] ?? incident.cameras[0];
  useKeys(Object.fromEntries(incident.cameras.slice(0, 9).map((_, index) => [String(index + 1), () => setChosen(index)])));
  return (
    <article className={`focus p${incident.priority}`} data-testid="focus" data-incident={incident.id}>
      <IncidentHead incident={incident} escalation={escalation} />
      <div className="pictures">
        <div className="now">
          {camera === undefined ? (
            <div className="tile empty">
              <p>No camera sees this place</p>
            </div>
          ) : (
            <LiveTile key={camera} camera={camera} name={names.point(camera)} testId="tile-live" stream="main">
              <Cameras cameras={incident.cameras} chosen={camera} onChoose={setChosen} />
              <PtzPad camera={camera} name={names.point(camera)} incident={incident.id} />
            </LiveTile>
          )}
        </div>
        <div className="beside">
          {camera === undefined ? (
            <div className="tile empty" />
          ) : (
            <PastTile
              key={camera}
              camera={camera}
              name={names.point(camera)}
              alarmAt={incident.occurredAt}
              from={incident.occurredAt - BEFORE_MS}
              to={incident.occurredAt + AFTER_MS}
              recording={`/api/v1/incidents/${encodeURIComponent(incident.id)}/video/${encodeURIComponent(camera)}.mp4`}
            />
          )}
          <DoorCard incident={incident} />
        </div>
      </div>
      <div className="facts">
        <Procedure incident={incident} />
        <Why incident={incident} escalation={escalation} />
        <TimeLine incident={incident} />
      </div>
      <ActionBar incident={incident} />
    </article>
  );
}

interface CamerasProps {
  readonly cameras: readonly string[];
  readonly chosen: string;
  readonly onChoose: (index: number) => void;
}

function Cameras({ cameras, chosen, onChoose }: CamerasProps) {
  const names = useNames();
  if (cameras.length < 2) return undefined;
  return (
    <div className="cameras" role="group" aria-label="Cameras of this incident">
      {cameras.map((camera, index) => (
        <button
          type="button"
          key={camera}
          data-testid={`camera-${camera}`}
          aria-pressed={camera === chosen}
          title={names.point(camera)}
          onClick={() => onChoose(index)}
        >
          <kbd>{index + 1}</kbd> {names.point(camera)}
        </button>
      ))}
    </div>
  );
}

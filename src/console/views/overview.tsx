import { useDesk } from '../desk-context.ts';
import { openIncidents } from '../store.ts';
import { clockTime } from '../time.ts';
import { LiveTile } from '../video/live-tile.tsx';

const TILES = 4;

/** What the desk shows while no incident is in focus. */
export function Overview() {
  const { view } = useDesk();
  const open = openIncidents(view.incidents).length;
  const lastClosed = Math.max(...[...view.incidents.values()].map(({ closedAt }) => closedAt ?? 0), 0);
  const cameras = view.hello?.site.cameras.slice(0, TILES) ?? [];
  return (
    <section className="overview" data-testid="overview">
      <div className="calm">
        <svg viewBox="0 0 32 32" aria-hidden="true">
          <circle cx="16" cy="16" r="14" />
          <path d="m9 16.5 5 5 9-10.5" />
        </svg>
        <h1>{open === 0 ? 'No open incidents' : `${open} open, none in focus`}</h1>
        <p className="quiet">{lastClosed > 0 ? `The last one was closed at ${clockTime(lastClosed)}. ` : ''}A new incident shows here by itself.</p>
      </div>
      <div className="small-tiles" data-count={cameras.length}>
        {cameras.map(({ id, name }) => (
          <LiveTile key={id} camera={id} name={name} testId="tile-small" stream="sub" />
        ))}
      </div>
    </section>
  );
}

import { useState } from 'react';
import { CameraHealth } from './camera-health.tsx';
import { chooseLeastDelay, firstWay, leastDelay, unitsPossible } from './ways.ts';
import type { Way } from './ways.ts';

interface TileMenuProps {
  readonly camera: string;
  readonly name: string;
  readonly way: Way;
  /** The tile is to be shown in this way from now on. */
  readonly onWay: (way: Way) => void;
}

/** What is seldom asked of a picture: how it comes, and in which way it is shown. */
export function TileMenu({ camera, name, way, onWay }: TileMenuProps) {
  const [open, setOpen] = useState(false);
  const [least, setLeast] = useState(leastDelay);
  const choose = (chosen: boolean) => {
    chooseLeastDelay(chosen);
    setLeast(chosen);
    onWay(firstWay());
  };
  return (
    <div className="tile-menu">
      <button
        type="button"
        data-testid="tile-menu"
        aria-expanded={open}
        aria-label={`About the picture of ${name}`}
        onClick={() => setOpen(!open)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') setOpen(false);
        }}
      >
        <span aria-hidden="true">⋯</span>
      </button>
      {open && (
        <div className="tile-menu-open" role="group" aria-label={`About the picture of ${name}`}>
          <CameraHealth camera={camera} />
          {(way === 'stills' || way === 'converted') && (
            <label>
              <input
                type="checkbox"
                checked={way === 'converted'}
                data-testid="converted"
                onChange={(event) => onWay(event.currentTarget.checked ? 'converted' : 'stills')}
              />
              Moving: the gateway converts it for this tile
            </label>
          )}
          <label>
            <input
              type="checkbox"
              checked={least}
              disabled={!unitsPossible()}
              data-testid="least-delay"
              onChange={(event) => choose(event.currentTarget.checked)}
            />
            {unitsPossible() ? 'Least delay: the console decodes by itself' : 'Least delay needs HTTPS and a browser with WebCodecs'}
          </label>
        </div>
      )}
    </div>
  );
}

import { useLayoutEffect, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { useParts } from '../desk-context.ts';
import { clockTime } from '../time.ts';
import { Overlay } from './overlay.tsx';
import type { Picture } from './picture.ts';
import { changesOnly, putInto } from './picture.ts';

interface LiveTileProps {
  readonly camera: string;
  readonly name: string;
  readonly testId: string;
  readonly children?: ReactNode;
}

/** A picture older than this is told to be late. */
const LATE_MS = 3_000;

/** A camera now. A picture that is not of now says so. */
export function LiveTile({ camera, name, testId, children }: LiveTileProps) {
  const { model, players } = useParts();
  const tile = useRef<HTMLElement>(null);
  const label = useRef<HTMLSpanElement>(null);
  const [picture, setPicture] = useState<Picture>({ state: 'waiting', detail: 'Waiting for the picture' });
  // Before the page is painted: an element that moves from tile to tile at once does not even stop.
  useLayoutEffect(() => {
    if (tile.current === null) return;
    const player = players.take(camera);
    putInto(tile.current, player.video, { testId, camera, label: `${name}, live` });
    player.showIn({
      picture: changesOnly(setPicture),
      painted: (wallTime) => {
        if (label.current === null || wallTime === undefined) return;
        const late = model.now() - wallTime;
        // Written past React: it changes with the picture, and nothing else depends on it.
        const text = late > LATE_MS ? `${clockTime(wallTime)}, ${Math.round(late / 1000)} s late` : `Live ${clockTime(wallTime)}`;
        if (label.current.textContent !== text) label.current.textContent = text;
      },
    });
    return () => players.giveBack(player);
  }, [camera, name, testId, model, players]);
  return (
    <figure ref={tile} className="tile" data-picture={picture.state}>
      <Overlay picture={picture} />
      <figcaption>
        <span className="camera-name">{name}</span>
        <span
          className="wall-time"
          data-live={picture.state === 'playing'}
          hidden={picture.state !== 'playing'}
          ref={label}
          data-testid={`${testId}-time`}
        />
      </figcaption>
      {children}
    </figure>
  );
}

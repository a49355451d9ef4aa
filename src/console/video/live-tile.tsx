import { useLayoutEffect, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import type { StreamKind } from '../../desk/video-protocol.ts';
import { useParts } from '../desk-context.ts';
import { clockTime } from '../time.ts';
import { UnitPlayer } from './unit-player.ts';
import { LivePlayer } from './live-player.ts';
import { Overlay } from './overlay.tsx';
import type { LiveListener, Picture } from './picture.ts';
import { changesOnly, putInto } from './picture.ts';
import { StillPlayer } from './still-player.ts';
import { TileMenu } from './tile-menu.tsx';
import { useLingering } from './use-lingering.ts';
import { firstWay, nextWay, wordsOf } from './ways.ts';

interface LiveTileProps {
  readonly camera: string;
  readonly name: string;
  readonly testId: string;
  /** The stream that is good for a tile of this size. */
  readonly stream: StreamKind;
  readonly children?: ReactNode;
}

/** A picture that is older than this is not one of now: the tile says so before it is 2 s old. */
const LATE_MS = 1_750;
/** What was left out is told for so long, so that whoever looked away sees it. */
const SLOW_SHOWN_MS = 10_000;

/** A camera now. A picture that is not of now says so. */
export function LiveTile({ camera, name, testId, stream, children }: LiveTileProps) {
  const { model, players, standBy } = useParts();
  const tile = useRef<HTMLElement>(null);
  const label = useRef<HTMLSpanElement>(null);
  const [picture, setPicture] = useState<Picture>({ state: 'waiting', detail: 'Waiting for the picture' });
  const [late, setLate] = useState(false);
  const [slow, tellSlow] = useLingering(SLOW_SHOWN_MS);
  const [way, setWay] = useState(firstWay);
  // Before the page is painted: an element that moves from tile to tile at once does not even stop.
  useLayoutEffect(() => {
    if (tile.current === null) return;
    const tell = changesOnly(setPicture);
    const listener: LiveListener = {
      picture(now) {
        tell(now);
        const next = now.state === 'unsupported' ? nextWay(way) : undefined;
        if (next !== undefined) setWay(next);
      },
      painted: (wallTime) => {
        if (label.current === null || wallTime === undefined) return;
        const lateMs = model.now() - wallTime;
        const isLate = lateMs > LATE_MS;
        setLate(isLate);
        // Written past React: it changes with the picture, and nothing else depends on it.
        const text = isLate ? `▲ ${clockTime(wallTime)}, ${Math.round(lateMs / 1000)} s late` : `Live ${clockTime(wallTime)}`;
        if (label.current.textContent !== text) label.current.textContent = text;
      },
      slow: tellSlow,
    };
    const labels = { testId, camera, label: `${name}, live` };
    if (way === 'stream') {
      const player = players.take(camera);
      putInto(tile.current, player.video, labels);
      player.showIn(listener, stream);
      return () => {
        player.video.remove();
        players.giveBack(player);
      };
    }
    if (way === 'converted') {
      const player = new LivePlayer(camera, standBy, true);
      putInto(tile.current, player.video, labels);
      player.showIn(listener, 'main');
      return () => {
        player.video.remove();
        player.close();
      };
    }
    const player = way === 'units' ? new UnitPlayer(camera, stream, listener) : new StillPlayer(camera, listener, model.now);
    putInto(tile.current, player.canvas, labels);
    return () => {
      player.canvas.remove();
      player.close();
    };
  }, [camera, name, testId, stream, way, model, players, standBy, tellSlow]);
  return (
    <figure ref={tile} className="tile" data-picture={picture.state}>
      <Overlay picture={picture} />
      {slow && (
        <span className="tile-slow" role="status" data-testid={`${testId}-slow`}>
          ▲ Slow connection: pictures are left out
        </span>
      )}
      <figcaption>
        <span className="camera-name">
          {name}
          {wordsOf(way) !== undefined && <em data-testid="tile-way">{wordsOf(way)}</em>}
        </span>
        <span
          className="wall-time"
          data-live={picture.state === 'playing' && !late}
          hidden={picture.state !== 'playing'}
          ref={label}
          data-testid={`${testId}-time`}
        />
      </figcaption>
      {stream === 'main' && <TileMenu camera={camera} name={name} way={way} onWay={setWay} />}
      {children}
    </figure>
  );
}

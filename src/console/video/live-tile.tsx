import { useEffect, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { useParts } from '../desk-context.ts';
import { clockTime } from '../time.ts';
import { LivePlayer } from './live-player.ts';
import { Overlay } from './overlay.tsx';
import type { Picture } from './picture.ts';
import { changesOnly } from './picture.ts';

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
  const { model } = useParts();
  const video = useRef<HTMLVideoElement>(null);
  const label = useRef<HTMLSpanElement>(null);
  const [picture, setPicture] = useState<Picture>({ state: 'waiting', detail: 'Waiting for the picture' });
  useEffect(() => {
    if (video.current === null) return;
    const player = new LivePlayer({
      video: video.current,
      camera,
      listener: {
        picture: changesOnly(setPicture),
        painted: (wallTime) => {
          if (label.current === null || wallTime === undefined) return;
          const late = model.now() - wallTime;
          // Written past React: it changes with the picture, and nothing else depends on it.
          const text = late > LATE_MS ? `${clockTime(wallTime)}, ${Math.round(late / 1000)} s late` : `Live ${clockTime(wallTime)}`;
          if (label.current.textContent !== text) label.current.textContent = text;
        },
      },
    });
    return () => player.close();
  }, [camera, model]);
  return (
    <figure className="tile" data-picture={picture.state}>
      <video
        ref={video}
        data-testid={testId}
        data-camera={camera}
        muted
        autoPlay
        playsInline
        disablePictureInPicture
        tabIndex={-1}
        aria-label={`${name}, live`}
      />
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

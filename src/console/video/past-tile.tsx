import { useLayoutEffect, useRef, useState } from 'react';
import type { EpochMs } from '../../domain/clock.ts';
import { useParts } from '../desk-context.ts';
import { useKeys } from '../keys.ts';
import { clockTime } from '../time.ts';
import { Overlay } from './overlay.tsx';
import { PastPlayer } from './past-player.ts';
import type { Gap } from './past-player.ts';
import type { Picture } from './picture.ts';
import { changesOnly, putInto } from './picture.ts';

interface PastTileProps {
  readonly camera: string;
  readonly name: string;
  readonly alarmAt: EpochMs;
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly recording: string;
}

/** The seconds around the alarm, again and again, with the time of each picture and its distance from the alarm. */
export function PastTile({ camera, name, alarmAt, from, to, recording }: PastTileProps) {
  const { model, standBy } = useParts();
  const tile = useRef<HTMLElement>(null);
  const video = useRef<HTMLVideoElement>(undefined);
  const label = useRef<HTMLSpanElement>(null);
  const progress = useRef<HTMLSpanElement>(null);
  const [picture, setPicture] = useState<Picture>({ state: 'waiting', detail: 'Waiting for the picture' });
  const [missing, setMissing] = useState<{ readonly gaps: readonly Gap[]; readonly note: string | undefined }>({ gaps: [], note: undefined });
  const [paused, setPaused] = useState(false);
  useLayoutEffect(() => {
    if (tile.current === null) return;
    const player = new PastPlayer({
      standBy,
      camera,
      from,
      to,
      recording,
      now: model.now,
      missing: (gaps, note) => setMissing({ gaps, note }),
      listener: {
        picture: changesOnly(setPicture),
        painted: (wallTime) => {
          if (label.current === null || progress.current === null) return;
          const text = wallTime === undefined ? 'Recording' : `${clockTime(wallTime)}, ${distance(wallTime - alarmAt)}`;
          if (label.current.textContent !== text) label.current.textContent = text;
          if (wallTime !== undefined) progress.current.style.transform = `scaleX(${Math.min(1, Math.max(0, (wallTime - from) / (to - from)))})`;
        },
      },
    });
    video.current = player.video;
    putInto(tile.current, player.video, { testId: 'tile-past', camera, label: `${name}, around the alarm` });
    player.video.onplay = () => setPaused(false);
    player.video.onpause = () => setPaused(true);
    return () => {
      player.video.remove();
      player.close();
    };
  }, [camera, name, from, to, alarmAt, recording, model, standBy]);

  const toggle = () => {
    if (video.current?.paused === true) void video.current.play();
    else video.current?.pause();
  };
  useKeys({ p: toggle });
  return (
    <figure ref={tile} className="tile past" data-picture={picture.state}>
      <Overlay picture={picture} />
      <figcaption>
        <span className="camera-name">Before the alarm</span>
        <span className="wall-time" hidden={picture.state !== 'playing'} ref={label} data-testid="tile-past-time" />
        {missing.gaps.length > 0 && (
          <span data-testid="tile-past-missing" title={gapWords(missing.gaps, missing.note)}>
            ✕ {Math.ceil(missing.gaps.reduce((sum, gap) => sum + gap.to - gap.from, 0) / 1000)} s missing
          </span>
        )}
      </figcaption>
      <button type="button" className="pause" data-testid="pause" aria-label={paused ? 'Play (P)' : 'Pause (P)'} onClick={toggle}>
        <span aria-hidden="true">{paused ? '▶' : '❙❙'}</span>
      </button>
      <span className="progress" aria-hidden="true">
        <span className="played" ref={progress} />
        {missing.gaps.map((gap) => (
          <span
            className="gap"
            key={gap.from}
            style={{ left: `${((gap.from - from) / (to - from)) * 100}%`, width: `${((gap.to - gap.from) / (to - from)) * 100}%` }}
          />
        ))}
        <span className="alarm" style={{ left: `${((alarmAt - from) / (to - from)) * 100}%` }} />
      </span>
    </figure>
  );
}

function gapWords(gaps: readonly Gap[], note: string | undefined): string {
  const times = gaps.map((gap) => `${clockTime(gap.from)} to ${clockTime(gap.to)}`).join(', ');
  return `Nobody has a picture of ${times}${note === undefined ? '' : `; ${note}`}`;
}

function distance(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds === 0) return 'the alarm';
  return seconds < 0 ? `${-seconds} s before` : `${seconds} s after`;
}

// Where a tile should be in its buffer. Pure, in seconds of media time.

/** A stretch of a SourceBuffer. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

export interface Steering {
  readonly seekTo?: number;
  readonly playbackRate: number;
}

const FASTEST = 1.1;
const SLOWEST = 0.95;
/** Further behind than this a jump is kinder than minutes of fast forward. */
const JUMP_BEHIND_S = 1.5;

/**
 * Keeps a live tile near the newest picture.
 * @param target how far behind the newest picture to stay: about one arrival of pictures, so that the buffer does not run dry.
 */
export function steerLive(position: number, newest: Range, target: number, playbackRate: number): Steering {
  const behind = newest.end - position;
  if (position < newest.start || behind > target + JUMP_BEHIND_S) return { seekTo: Math.max(newest.start, newest.end - target), playbackRate: 1 };
  if (behind > target * 2 + 0.1) return { playbackRate: FASTEST };
  if (behind < target / 3) return { playbackRate: SLOWEST };
  const arrived = playbackRate > 1 ? behind <= target : behind >= target;
  return { playbackRate: arrived ? 1 : playbackRate };
}

/** How far behind the newest picture to stay, given by how much the buffer grew at its largest step lately. */
export function liveTarget(largestStepS: number): number {
  return Math.min(1.2, Math.max(0.12, largestStepS * 1.2));
}

/**
 * Where a loop over `window` should jump to, undefined while it may play on.
 * @param complete whether nothing more of the window will come
 */
export function steerLoop(position: number, window: Range, ranges: readonly Range[], complete: boolean): number | undefined {
  const kept = ranges.filter((range) => range.end > window.start && range.start < window.end);
  const first = kept[0];
  const last = kept.at(-1);
  if (first === undefined || last === undefined) return undefined;
  const start = Math.max(window.start, first.start);
  const end = complete ? Math.min(window.end, last.end) : window.end;
  if (position < start - 0.01 || position >= end - 0.06) return start;
  // A gap in the recording: go on behind it.
  if (kept.some((range) => position >= range.start && position < range.end - 0.06)) return undefined;
  return kept.find((range) => range.start > position)?.start;
}

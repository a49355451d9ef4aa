import type { EpochMs } from '../../domain/clock.ts';
import type { PastPicture } from '../past.ts';

/** A time of which there are no pictures. */
export interface Gap {
  readonly from: EpochMs;
  readonly to: EpochMs;
}

/** Pictures may be a second apart, or two where a camera saves light; more is missing. */
export const GAP_MS = 2_500;

/**
 * `local`, with its holes between two moments filled from elsewhere: `fetch` gives what it has from the key frame at or before `from`.
 * What it gives in a hole between local pictures begins with the first key frame in it, so that times never go back.
 */
export async function* filled(
  local: AsyncIterable<PastPicture>,
  from: EpochMs,
  to: EpochMs,
  fetch: (from: EpochMs, to: EpochMs) => AsyncIterable<PastPicture>,
): AsyncGenerator<PastPicture> {
  let reached = from;
  let given = false;
  for await (const picture of local) {
    if (picture.at - reached > GAP_MS) {
      yield* within(fetch(reached, picture.at), given ? reached : -Infinity, picture.at);
    }
    given = true;
    reached = Math.max(reached, picture.at);
    yield picture;
  }
  if (to - reached > GAP_MS) yield* within(fetch(reached, to), given ? reached : -Infinity, to);
}

async function* within(pictures: AsyncIterable<PastPicture>, after: EpochMs, before: EpochMs): AsyncGenerator<PastPicture> {
  let following = false;
  for await (const picture of pictures) {
    if (picture.at >= before) return;
    following ||= picture.key && picture.at > after;
    if (following) yield picture;
  }
}

/** Passes pictures on, and puts the times between two moments of which there are none into `gaps`. */
export async function* watchingGaps(pictures: AsyncIterable<PastPicture>, from: EpochMs, to: EpochMs, gaps: Gap[]): AsyncGenerator<PastPicture> {
  let reached = from;
  const note = (until: EpochMs) => {
    if (until - reached > GAP_MS) gaps.push({ from: reached, to: until });
  };
  for await (const picture of pictures) {
    note(Math.min(picture.at, to));
    reached = Math.max(reached, picture.at);
    yield picture;
  }
  note(to);
}

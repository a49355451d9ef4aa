import type { EpochMs } from '../domain/clock.ts';
import { readFragmentHeader } from './fmp4/fragment.ts';
import type { Ring, StreamDescription } from './ring.ts';
import { epochAt } from './rtp/timeline.ts';

/** What a player must know of pictures of the past. */
export type PastStream = Pick<StreamDescription, 'mime' | 'width' | 'height' | 'epochAtZero' | 'init'>;

/** A picture of the past, from the ring or a recording; its bytes are whoever's it is given to. */
export interface PastPicture {
  readonly stream: PastStream;
  readonly fragment: Buffer;
  readonly key: boolean;
  /** When it is decoded, which is when it was seen but for B-frames. */
  readonly at: EpochMs;
}

/** Pictures in the order in which they are decoded; the first is a key frame. */
export type PastSource = () => AsyncIterable<PastPicture> | Iterable<PastPicture>;

/** Two pictures of one camera are never so close: what is, is the same picture from two sources. */
const SAME_MS = 2;

/**
 * What is kept from the key frame at or before `from` to `to`, without gaps or doubles as far as the sources allow.
 * `sources`: in the order in which they begin; they may overlap.
 */
export async function* joined(sources: readonly PastSource[], from: EpochMs, to: EpochMs): AsyncGenerator<PastPicture> {
  let reached = -Infinity;
  for (const source of sources) {
    // Whether the picture before was given, so that the next can be decoded.
    let following = false;
    for await (const picture of between(source(), Math.max(from, reached), to)) {
      if (picture.at <= reached + SAME_MS) {
        following = Math.abs(picture.at - reached) <= SAME_MS;
        continue;
      }
      if (!following && !picture.key) continue;
      following = true;
      reached = picture.at;
      yield picture;
    }
  }
}

/** From the key frame at or before `from`, or the first one, up to `to`; nothing when all is before `from`. */
async function* between(pictures: AsyncIterable<PastPicture> | Iterable<PastPicture>, from: EpochMs, to: EpochMs): AsyncGenerator<PastPicture> {
  let held: PastPicture[] = [];
  for await (const picture of pictures) {
    if (picture.at > to) return;
    if (picture.key) held = [];
    if (picture.at < from) held.push(picture);
    else {
      yield* held;
      held = [];
      yield picture;
    }
  }
}

const LARGEST_PIECE_BYTES = 512 * 1024;

/** The same pictures by the group that they belong to, a large group in several parts. */
export async function* inGroups(
  pictures: AsyncIterable<PastPicture>,
): AsyncGenerator<{ readonly stream: PastStream; readonly fragments: readonly Buffer[] }> {
  let gathered: { readonly stream: PastStream; readonly fragments: Buffer[]; bytes: number } | undefined;
  for await (const { stream, fragment, key } of pictures) {
    if (gathered !== undefined && (key || gathered.stream !== stream || gathered.bytes + fragment.length > LARGEST_PIECE_BYTES)) {
      yield gathered;
      gathered = undefined;
    }
    gathered ??= { stream, fragments: [], bytes: 0 };
    gathered.fragments.push(fragment);
    gathered.bytes += fragment.length;
  }
  if (gathered !== undefined) yield gathered;
}

/** What the ring has between two moments now: copies, since whoever reads on may be slow and the ring uses its memory again. */
export function* picturesOf(ring: Ring, from: EpochMs, to: EpochMs): Generator<PastPicture> {
  const groups = ring.between(from, to);
  for (const group of groups) ring.hold(group);
  try {
    for (const { stream, pictures } of groups) {
      for (const { fragment, key, decodeAt } of pictures)
        yield { stream, fragment: Buffer.from(fragment), key, at: epochAt(stream.epochAtZero, decodeAt) };
    }
  } finally {
    for (const group of groups) ring.letGo(group);
  }
}

/** A picture of a recording. */
export function pastPicture(stream: PastStream, fragment: Buffer): PastPicture {
  const { key, decodeAt } = readFragmentHeader(fragment);
  return { stream, fragment, key, at: epochAt(stream.epochAtZero, decodeAt) };
}

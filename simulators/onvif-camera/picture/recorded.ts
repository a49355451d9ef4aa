import { aggregate, packetise } from '../rtsp/rtp-h264.ts';
import { framesPerLoop } from './draw.ts';
import type { Footage } from './footage.ts';
import { frameMs } from './source.ts';

/** A picture of a recording. */
export interface RecordedPicture {
  readonly key: boolean;
  /** Milliseconds since 1970. */
  readonly takenAt: number;
  readonly payloads: readonly Buffer[];
}

/**
 * What a camera would have recorded from the key frame at or before `from` to `to`: drawn when it is asked for. Where `has` says that nothing
 * was recorded there is nothing, and after that a key frame comes first.
 */
export function* recordedPictures(
  footage: Footage,
  name: string,
  from: number,
  to: number,
  has: (at: number) => boolean,
): Generator<RecordedPicture> {
  const { idle, painter, stream } = footage;
  let frame = Math.floor(from / frameMs);
  while (idle[frame % framesPerLoop]?.identity.idr !== true) frame -= 1;
  let following = false;
  for (let showed = 0; frame * frameMs <= to; frame += 1) {
    const takenAt = frame * frameMs;
    const scene = idle[frame % framesPerLoop];
    if (scene === undefined) throw new Error(`the footage has no picture ${frame % framesPerLoop}`);
    const { identity } = scene;
    if (!has(takenAt) || (!identity.idr && !following)) {
      following = false;
      continue;
    }
    following = true;
    const bar = identity.idr ? painter.key(identity, name, takenAt) : painter.delta(identity, showed, takenAt);
    showed = takenAt;
    const parameterSets = identity.idr ? [aggregate([stream.sps, stream.pps])] : [];
    yield { key: identity.idr, takenAt, payloads: [...parameterSets, ...packetise(bar), ...scene.payloads] };
  }
}

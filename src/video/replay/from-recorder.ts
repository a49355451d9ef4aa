import type { Clock, EpochMs } from '../../domain/clock.ts';
import type { PointId } from '../../domain/point.ts';
import type { PastPicture } from '../past.ts';
import type { FindRecording } from '../video.ts';
import { replay } from './replay.ts';

/** What a camera's recorder has of a time; `note` is told why it has nothing, or could not be asked. Never throws: the rest of the past is shown all the same. */
export async function* fromRecorder(
  find: FindRecording,
  clock: Clock,
  note: (sentence: string) => void,
  camera: PointId,
  from: EpochMs,
  to: EpochMs,
): AsyncGenerator<PastPicture> {
  try {
    const found = await find(camera, from, to);
    if (found === undefined) return;
    if (!found.recorded) note(`the recorder has nothing: ${found.reason}`);
    else yield* replay({ address: found.address, clockOffsetMs: found.clockOffsetMs, from, to, clock });
  } catch (error) {
    note(`the recorder does not help: ${error instanceof Error ? error.message : String(error)}`);
  }
}

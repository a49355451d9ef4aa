import type { StreamAddress } from '../../adapter/contract.ts';
import type { Clock, EpochMs } from '../../domain/clock.ts';
import type { PastPicture } from '../past.ts';
import { RtspSession } from '../rtsp/client.ts';
import { VideoError } from '../video-error.ts';
import { ReplayAssembler } from './assembler.ts';
import { PictureQueue } from './picture-queue.ts';

/** A recorder may have to start a disk. */
const FIRST_PICTURE_MS = 10_000;
/** A recorder sends what it has as fast as the line takes it: this long without a picture, there is no more. */
const SILENCE_MS = 2_000;
/** Asked for beyond the end, so that a picture behind it tells that the end is reached. */
const BEYOND_MS = 1_000;

export interface ReplayOptions {
  readonly address: StreamAddress;
  /** The recorder's clock minus ours. */
  readonly clockOffsetMs: number;
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly clock: Clock;
}

/**
 * What a recorder has from the key frame at or before `from` to `to`, as fast as it is taken (ONVIF Streaming, 6). Gaps are left out.
 * @throws VideoError with a sentence for the dispatcher.
 */
export async function* replay(options: ReplayOptions): AsyncGenerator<PastPicture> {
  let reached = -Infinity;
  for (;;) {
    const before = reached;
    try {
      for await (const picture of replayOnce({ ...options, from: Math.max(options.from, reached) })) {
        if (picture.at <= reached) continue;
        reached = picture.at;
        yield picture;
      }
      return;
    } catch (error) {
      // A slow viewer makes the recorder wait, and recorders do not wait for ever.
      if (reached === before) throw inWords(error);
    }
  }
}

async function* replayOnce({ address, clockOffsetMs, from, to, clock }: ReplayOptions): AsyncGenerator<PastPicture> {
  const ended = new AbortController();
  const session = await RtspSession.open(address, clock, ended.signal);
  const queue = new PictureQueue(clock, (held) => session.hold(held));
  const assembler = new ReplayAssembler(session.media, from, clockOffsetMs, (picture) => queue.push(picture));
  session.lost.catch((error: unknown) => queue.end(error as Error));
  try {
    await session.play(
      { packet: (packet) => assembler.packet(packet), senderReport: () => undefined },
      {
        Range: `clock=${clockTime(from + clockOffsetMs)}-${clockTime(to + clockOffsetMs + BEYOND_MS)}`,
        Require: 'onvif-replay',
        'Rate-Control': 'no',
      },
    );
    for (let waitMs = FIRST_PICTURE_MS; ; waitMs = SILENCE_MS) {
      const picture = (await queue.next(waitMs)) ?? last();
      if (picture === undefined || picture.at > to) return;
      yield picture;
    }
  } finally {
    queue.close();
    session.close();
    assembler.close();
    ended.abort();
  }

  function last(): PastPicture | undefined {
    assembler.flush();
    return queue.take();
  }
}

/** RFC 2326, 3.7: 20260115T120000.250Z. */
function clockTime(at: EpochMs): string {
  return new Date(at).toISOString().replaceAll(/[-:]/g, '');
}

/** The sentences of the RTSP client speak of a camera. */
function inWords(error: unknown): VideoError {
  if (!(error instanceof VideoError)) return new VideoError('protocol', 'the replay of the recorder could not be handled', { cause: error });
  return new VideoError(error.code, error.message.replaceAll('the camera', 'the recorder'), { cause: error });
}

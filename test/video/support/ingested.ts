import { FRAGMENT_HEADER_BYTES } from '../../../src/video/fmp4/fragment.ts';
import { Ingest } from '../../../src/video/ingest.ts';
import { pastPicture } from '../../../src/video/past.ts';
import type { PastPicture } from '../../../src/video/past.ts';
import { PictureWriter } from '../../../src/video/picture-writer.ts';
import { Ring } from '../../../src/video/ring.ts';
import type { Group, Picture } from '../../../src/video/ring.ts';
import { parseRtp } from '../../../src/video/rtp/rtp.ts';
import { Timeline } from '../../../src/video/rtp/timeline.ts';
import { SlabPool } from '../../../src/video/slabs.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import type { FilmedPicture } from './footage.ts';
import { Packetiser } from './packets.ts';

/** What a camera's ring holds after the films were received one after the other, at their pace. */
export function ingested(films: readonly (readonly FilmedPicture[])[], codec: 'h264' | 'hevc' = 'h264'): readonly Group[] {
  const clock = new ManualClock();
  const pool = new SlabPool();
  const ring = new Ring(pool, { seconds: 60, maxBytes: 64 * 1024 * 1024 });
  const ingest = new Ingest({
    media: { codec: codec === 'h264' ? 'H264' : 'H265', payloadType: 96, control: undefined, parameterSets: [] },
    ring,
    timeline: new Timeline(),
    writer: new PictureWriter(pool, FRAGMENT_HEADER_BYTES),
    clock,
    previousStream: undefined,
    onPicture: () => undefined,
    onArrival: () => undefined,
  });
  const packetiser = new Packetiser({ codec });
  let base = 0xffff_0000;
  for (const film of films) {
    for (const picture of film) {
      for (const packet of packetiser.picture(picture, base + picture.at)) ingest.packet(parseRtp(packet)!);
      clock.advance(40);
    }
    base += film.length * 3600;
  }
  return ring.groups;
}

/** What a ring holds after it was sent one key frame of these NAL units, and the last one again and again. */
export function ingestedGroups(nals: readonly Buffer[]): readonly Group[] {
  const last = nals.at(-1)!;
  return ingested([[{ nals: nals.slice(0, -1), key: true, at: 0 }, ...[1, 2, 3].map((i) => ({ nals: [last], key: false, at: i * 3600 }))]]);
}

/** The same as pictures of the past. */
export function* pastOf(groups: readonly Group[]): Generator<PastPicture> {
  for (const { stream, pictures } of groups) for (const { fragment } of pictures) yield pastPicture(stream, fragment);
}

/** One file of the groups in the order given. */
export function fileOf(groups: readonly Group[]): Buffer {
  return Buffer.concat([groups[0]!.stream.init, ...groups.flatMap(({ pictures }) => pictures.map(({ fragment }: Picture) => fragment))]);
}

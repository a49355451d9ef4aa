import { z } from 'zod';
import type { EpochMs } from '../domain/clock.ts';

// What a tile and the gateway say to each other on the WebSocket /video/CAMERA (session cookie, same origin, and the ticket in the first message),
// or on /video, which a console opens before it knows which camera it will want: there the first message names the camera.
// Text messages are the JSON objects below; a binary message is a piece of fragmented MP4 for one SourceBuffer:
// after each `init` an initialisation segment with the first fragments behind it, then fragments, one or many at a time, each of which says its time.
// A tile that decodes by itself asks for the format `units` instead: then each binary message is one access unit behind a small header, and `init` has its configuration.
//
//   tile                               gateway
//      |------- play ------------------------>|
//      |<------ init, then its binary --------|   again when the camera changes its parameter sets
//      |<------ binary, binary, ... ----------|   live: the current group of pictures first, then live; the older groups back to
//      |                                      |   `from` come just before the next key frames, since a SourceBuffer that was
//      |                                      |   given an older picture takes nothing before the next key frame
//      |<------ status -----------------------|   lost, live again, or pictures skipped for a slow viewer
//      |<------ end --------------------------|   after the last picture of a part of the past

/** The streams of a camera: the good one, and a small one for small tiles and short memory. */
export const streamKinds = ['main', 'sub'] as const;
export type StreamKind = (typeof streamKinds)[number];

const camera = z
  .string()
  .regex(/^[a-z0-9-]+$/)
  .exactOptional()
  .describe('on /video, whose address names none');
const epochMs = z.number().describe("milliseconds since 1970-01-01T00:00:00Z by the gateway's clock");

const ticket = z.string().max(200).exactOptional().describe('admits this session to this camera once: POST /api/v1/tickets gives it');

/** Sent once, first. */
export const playSchema = z.discriminatedUnion('mode', [
  z.strictObject({
    type: z.literal('play'),
    mode: z.literal('live'),
    camera,
    from: epochMs.exactOptional().describe('how far back the past is wanted; no past without it'),
    stream: z.enum(streamKinds).exactOptional().describe('which one is wanted; until it is there, and where there is none, the one of the ring'),
    format: z
      .enum(['mp4', 'units'])
      .exactOptional()
      .describe('what binary messages are: MP4 for a SourceBuffer unless said, or access units for a VideoDecoder'),
    convert: z
      .literal(true)
      .exactOptional()
      .describe('the browser decodes nothing that the camera sends: make H.264 of it, if there is a place for that'),
    ticket,
  }),
  z.strictObject({ type: z.literal('play'), mode: z.literal('past'), camera, from: epochMs, to: epochMs, ticket }),
]);
export type Play = z.infer<typeof playSchema>;

/** Sent any time after a `play` of live pictures: the tile has another use now, or cannot decode what comes. */
export const wishSchema = z.strictObject({ type: z.literal('stream'), stream: z.enum(streamKinds) });
export type Wish = z.infer<typeof wishSchema>;

export const fromVideo = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('init'),
    mime: z.string().describe('for MediaSource.isTypeSupported, such as video/mp4; codecs="avc1.64001f"'),
    width: z.number().int(),
    height: z.number().int(),
    /** wall time of a picture = `epochAtZero` + 1000 x its time in the SourceBuffer */
    epochAtZero: epochMs,
    stream: z.enum(streamKinds).exactOptional().describe('which of the camera’s streams it is'),
    configuration: z.base64().exactOptional().describe('for `units`: the decoder’s configuration (avcC or hvcC, ISO/IEC 14496-15)'),
  }),
  z.object({
    type: z.literal('status'),
    state: z.enum(['live', 'lost', 'skipped']),
    since: epochMs,
    detail: z.string().describe('a sentence for the dispatcher'),
  }),
  z.object({
    type: z.literal('end'),
    reason: z.string().exactOptional().describe('set when nothing of that time is kept'),
    missing: z
      .array(z.object({ from: epochMs, to: epochMs }))
      .exactOptional()
      .describe('parts of that time of which there is no picture'),
    note: z.string().exactOptional().describe('why the recorder could not help, where the camera has one'),
  }),
]);
export type FromVideo = z.infer<typeof fromVideo>;

/** In front of each access unit of the format `units`: a byte that is 1 for a key frame, seven of 0, when it was taken in ms as a big-endian double. */
export const ACCESS_UNIT_HEADER_BYTES = 16;

export interface AccessUnit {
  readonly key: boolean;
  readonly takenAt: EpochMs;
  /** NAL units, each behind its length. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Takes a binary message of the format `units` apart; undefined when it is none. */
export function readAccessUnit(data: ArrayBuffer): AccessUnit | undefined {
  if (data.byteLength <= ACCESS_UNIT_HEADER_BYTES) return undefined;
  const view = new DataView(data);
  const takenAt = view.getFloat64(8);
  if (!Number.isFinite(takenAt)) return undefined;
  return { key: view.getUint8(0) === 1, takenAt, bytes: new Uint8Array(data, ACCESS_UNIT_HEADER_BYTES) };
}

import { z } from 'zod';

// What a tile and the gateway say to each other on the WebSocket /video/CAMERA (session cookie, same origin, and the ticket in the first message).
// Text messages are the JSON objects below; a binary message is a piece of fragmented MP4 for one SourceBuffer:
// an initialisation segment after each `init`, then fragments that each start where `fragment clock` says.
//
//   tile                               gateway
//      |------- play ------------------------>|
//      |<------ init, then its binary --------|   again when the camera changes its parameter sets
//      |<------ binary, binary, ... ----------|   live: the current group of pictures first, then live; the older groups back to
//      |                                      |   `from` come just before the next key frames, since a SourceBuffer that was
//      |                                      |   given an older picture takes nothing before the next key frame
//      |<------ status -----------------------|   lost, live again, or pictures skipped for a slow viewer
//      |<------ end --------------------------|   after the last picture of a part of the past

const epochMs = z.number().describe("milliseconds since 1970-01-01T00:00:00Z by the gateway's clock");

const ticket = z.string().max(200).exactOptional().describe('admits this session to this camera once: POST /api/v1/tickets gives it');

/** Sent once, first. */
export const playSchema = z.discriminatedUnion('mode', [
  z.strictObject({
    type: z.literal('play'),
    mode: z.literal('live'),
    from: epochMs.exactOptional().describe('how far back the past is wanted; no past without it'),
    ticket,
  }),
  z.strictObject({ type: z.literal('play'), mode: z.literal('past'), from: epochMs, to: epochMs, ticket }),
]);
export type Play = z.infer<typeof playSchema>;

export const fromVideo = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('init'),
    mime: z.string().describe('for MediaSource.isTypeSupported, such as video/mp4; codecs="avc1.64001f"'),
    width: z.number().int(),
    height: z.number().int(),
    /** wall time of a picture = `epochAtZero` + 1000 x its time in the SourceBuffer */
    epochAtZero: epochMs,
  }),
  z.object({
    type: z.literal('status'),
    state: z.enum(['live', 'lost', 'skipped']),
    since: epochMs,
    detail: z.string().describe('a sentence for the dispatcher'),
  }),
  z.object({ type: z.literal('end'), reason: z.string().exactOptional().describe('set when nothing of that time is kept') }),
]);
export type FromVideo = z.infer<typeof fromVideo>;

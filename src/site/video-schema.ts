import { z } from 'zod';
import { streamKinds } from '../desk/video-protocol.ts';

/** How much video is kept. */
export const videoSchema = z
  .strictObject({
    ringSeconds: z
      .number()
      .min(10)
      .max(60)
      .default(15)
      .describe('How much of the past of each camera is always in memory, in seconds: 250 kB a second at 2 Mbit/s.'),
    ringStream: z
      .enum(streamKinds)
      .default('main')
      .describe(
        'Which stream of each camera is always taken in, for the past and for recordings. With `sub` a tile in focus still gets the main stream, from when it is looked at. Cameras without a sub-stream give their only one.',
      ),
    memoryMegabytes: z
      .number()
      .positive()
      .default(1024)
      .describe(
        'How much memory the past of all cameras may take. When it would be more, everything is taken from the sub-streams, and "sallyport check" says so.',
      ),
    mainMegabits: z
      .number()
      .positive()
      .default(4)
      .describe('What the main stream of a camera has, in Mbit/s, for the arithmetic of `memoryMegabytes`.'),
    subMegabits: z.number().positive().default(0.5).describe('The same for a sub-stream.'),
    conversions: z
      .number()
      .int()
      .min(0)
      .max(16)
      .default(1)
      .describe(
        'How many pictures may be converted to H.264 at once (by each video thread) for browsers that decode nothing that a camera sends; each takes about a third of a core.',
      ),
    recordingMinutes: z
      .number()
      .min(1)
      .max(60)
      .default(5)
      .describe(
        'A recording of an incident goes on for 30 s after the alarm and as long as the incident is open, up to this, in minutes; the same again each time that it is reopened.',
      ),
    evidenceDays: z.number().positive().max(3650).default(31).describe('Recordings of incidents are deleted when they are older than this, in days.'),
    evidenceGigabytes: z.number().positive().default(50).describe('The oldest recordings are deleted while all of them take more than this, in GiB.'),
  })
  .prefault({})
  .describe('How much video is kept.');

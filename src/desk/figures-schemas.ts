import { z } from 'zod';
import { epochMs } from './schemas.ts';

const count = z.number().int();
const percentilesSchema = z.object({ p50Ms: z.number().nullable(), p95Ms: z.number().nullable() });

/** Figures of the alarm system, as ISA-18.2 asks for them. */
export const figuresSchema = z.object({
  from: epochMs,
  to: epochMs,
  incidents: count.describe('opened in that time; tests are not counted'),
  per10Min: z.object({ average: z.number(), peak: count }).describe('ISA-18.2: about 1 can be handled, 2 at most'),
  floodShare: z.number().describe('share of the 10-minute periods with a flood; ISA-18.2: below 0.01'),
  topPoints: z.array(z.object({ point: z.string(), incidents: count, share: z.number() })).readonly(),
  byPriority: z.object({ 1: count, 2: count, 3: count, 4: count, 5: count }),
  standing: count.describe('open, and what raised them still stands'),
  stale: count.describe('standing for more than 24 hours'),
  open: count,
  suppressed: count.describe('open, but shelved, out of service or suppressed by design'),
  timeToAcknowledge: percentilesSchema,
  seats: z
    .array(z.object({ dispatcher: z.string(), acknowledged: count, peakPer10Min: count, open: count, timeToAcknowledge: percentilesSchema }))
    .readonly(),
});
export type Figures = z.infer<typeof figuresSchema>;

import { z } from 'zod';
import { epochMs } from './schemas.ts';

const count = z.number().int();
const percentilesSchema = z.object({ p50Ms: z.number().nullable(), p95Ms: z.number().nullable() });

/** What came, and what is open now. */
const load = {
  incidents: count.describe('opened in that time; tests are not counted'),
  per10Min: z.object({ average: z.number(), peak: count }).describe('ISA-18.2: about 1 for each dispatcher can be handled, 2 at most'),
  topPoints: z.array(z.object({ point: z.string(), incidents: count, share: z.number() })).readonly(),
  byPriority: z.object({ 1: count, 2: count, 3: count, 4: count, 5: count }),
  standing: count.describe('open, and what raised them still stands'),
  stale: count.describe('standing for more than 24 hours'),
  open: count,
  timeToAcknowledge: percentilesSchema,
};

const seatSchema = z.object({
  ...load,
  dispatcher: z.string(),
  acknowledged: count,
  peakPer10Min: count.describe('the most that were acknowledged in 10 minutes'),
});

/** Figures of the alarm system, as ISA-18.2 asks for them. */
export const figuresSchema = z.object({
  ...load,
  from: epochMs,
  to: epochMs,
  floodShare: z.number().describe('share of the 10-minute periods with a flood; ISA-18.2: below 0.01'),
  suppressed: count.describe('open, but shelved, out of service or suppressed by design'),
  seats: z.array(seatSchema).readonly().describe('the same for each dispatcher: what that one owns, or has acknowledged while nobody owns it'),
});
export type Figures = z.infer<typeof figuresSchema>;

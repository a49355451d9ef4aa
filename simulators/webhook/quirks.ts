import { z } from 'zod';
import { quirkProfiles } from '../quirks.ts';

const changes = z.strictObject({
  repeats: z.enum(['marked', 'unmarked']).default('marked'),
  body: z.enum(['whole', 'chunked']).default('whole'),
  contentType: z.string().default('application/json'),
  time: z.enum(['seconds', 'milliseconds']).default('seconds'),
});

/** How a sender differs from others; quirks.yaml has where that was seen. */
export type Quirks = z.infer<typeof changes>;

export const quirks = quirkProfiles(import.meta.dirname, changes);

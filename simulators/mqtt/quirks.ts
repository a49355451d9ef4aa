import { z } from 'zod';
import { quirkProfiles } from '../quirks.ts';

const changes = z.strictObject({
  states: z.enum(['retained', 'not-retained']).default('retained'),
  qos: z.literal([0, 1]).default(1),
  sessions: z.enum(['kept', 'forgotten']).default('kept'),
});

/** How a fleet and its broker differ from others; quirks.yaml has where that was seen. */
export type Quirks = z.infer<typeof changes>;

export const quirks = quirkProfiles(import.meta.dirname, changes);

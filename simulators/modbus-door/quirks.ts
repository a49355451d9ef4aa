import { z } from 'zod';
import { quirkProfiles } from '../quirks.ts';

const changes = z.strictObject({
  /** What a request to a unit that is not there, or is dead, gets: nothing, exception 11, or the answer of the first unit. */
  unknownUnit: z.enum(['silent', 'exception', 'answered']).default('silent'),
  /** What becomes of a request whose MBAP header comes in two segments: it is answered, or ignored for ever. */
  splitHeader: z.enum(['answered', 'ignored']).default('answered'),
  /** What becomes of a protocol identifier other than 0: the connection ends, or nobody looks at it. */
  protocolId: z.enum(['refused', 'accepted']).default('refused'),
});

/** How a server differs from others; quirks.yaml has where that was seen. */
export type Quirks = z.infer<typeof changes>;

export const quirks = quirkProfiles(import.meta.dirname, changes);

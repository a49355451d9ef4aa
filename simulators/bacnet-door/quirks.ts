import { z } from 'zod';
import { quirkProfiles } from '../quirks.ts';

const changes = z.strictObject({
  covOnAccessDoor: z.enum(['offered', 'refused']).default('offered'),
  covService: z.enum(['offered', 'refused', 'ignored']).default('offered'),
  readPropertyMultiple: z.enum(['offered', 'refused']).default('offered'),
  writePropertyMultiple: z.enum(['offered', 'refused']).default('offered'),
  wildcardInstance: z.enum(['known', 'unknown']).default('known'),
  lockStatus: z.enum(['follows', 'stuck']).default('follows'),
  utcOffset: z.enum(['told', 'absent']).default('told'),
  restartTime: z.enum(['told', 'absent']).default('told'),
});

/** How a controller differs from others; quirks.yaml has where that was seen. */
export type Quirks = z.infer<typeof changes>;

export const quirks = quirkProfiles(import.meta.dirname, changes);

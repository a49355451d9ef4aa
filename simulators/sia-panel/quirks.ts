import { z } from 'zod';
import { quirkProfiles } from '../quirks.ts';

const changes = z.strictObject({
  lengthDigits: z.enum(['hexadecimal', 'decimal']).default('hexadecimal'),
  hexLetters: z.enum(['upper', 'lower']).default('upper'),
  accountInData: z.enum(['with-hash', 'bare', 'absent']).default('with-hash'),
  linkTest: z.enum(['empty', 'zeros']).default('empty'),
  clock: z.enum(['right', 'from-2000']).default('right'),
  /** Of messages in clear; an encrypted one must have it (5.4). */
  timeStamp: z.enum(['present', 'absent']).default('present'),
  occurrence: z.enum(['told', 'absent']).default('told'),
  text: z.enum(['none', 'carets', 'block']).default('none'),
  furtherBlocks: z.string().default(''),
  modifiers: z.enum(['area', 'several']).default('area'),
  contactId: z.enum(['spaced', 'whole']).default('spaced'),
});

/** How a panel differs from others; quirks.yaml has where that was seen. */
export type Quirks = z.infer<typeof changes>;

export const quirks = quirkProfiles(import.meta.dirname, changes);

import { z } from 'zod';
import { ptzHolderKinds } from '../domain/ptz.ts';
import type { PtzState } from '../domain/ptz.ts';
import { epochMs, prioritySchema } from './schemas.ts';

/** Who moves a camera at present. */
export const ptzStateSchema = z.object({
  camera: z.string(),
  holder: z
    .object({
      kind: z.enum(ptzHolderKinds).describe('by hand, by an incident’s preset, or by a patrol'),
      by: z.string().describe('the account, or the incident’s title'),
      priority: prioritySchema,
      since: epochMs,
      until: epochMs.exactOptional().describe('when it ends by itself'),
      preset: z.string().exactOptional(),
      incident: z.string().exactOptional(),
    })
    .exactOptional()
    .describe('absent while nobody does'),
}) satisfies z.ZodType<PtzState>;

/** What a console must know to offer the control of a camera. */
export const cameraPtzSchema = z.object({
  turns: z.boolean(),
  status: z
    .object({ moving: z.boolean(), pan: z.number().exactOptional(), tilt: z.number().exactOptional(), zoom: z.number().exactOptional() })
    .exactOptional()
    .describe('pan and tilt from -1 to 1, zoom from 0 to 1'),
  presets: z.array(z.object({ token: z.string(), name: z.string() })),
  holder: ptzStateSchema.shape.holder,
});
export type CameraPtz = z.infer<typeof cameraPtzSchema>;

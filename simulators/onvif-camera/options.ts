import { z } from 'zod';
import { sceneNames } from './picture/scenes.ts';
import { frameMs } from './picture/source.ts';
import { quirks } from './quirks.ts';

const port = z.number().int().min(0).max(65_535);

const schema = z.strictObject({
  host: z.string().default('127.0.0.1').describe('address of this machine to serve on'),
  httpPort: port.describe('ONVIF services and snapshot; 0 lets the system choose'),
  rtspPort: port.describe('pictures; 0 lets the system choose'),
  username: z.string().min(1),
  password: z.string().min(1).describe('secret'),
  scene: z.enum(sceneNames).default('corridor'),
  phaseMs: z
    .number()
    .min(0)
    .lt(frameMs)
    .default(0)
    .describe('how long after each multiple of 80 ms it takes its pictures: the cameras of a site are not in step'),
  tls: z.boolean().default(false).describe('serve over HTTPS alone, with a certificate that it signed itself'),
  discovery: z.boolean().default(false).describe('answer WS-Discovery probes'),
  sessionTimeoutSeconds: z.number().positive().default(60).describe('of RTSP sessions'),
  quirks: quirks.option,
  media2: z.boolean().default(false).describe('offer the Media2 service (profile T) besides Media'),
  analytics: z.boolean().default(false).describe('tell lines, fields, loitering, objects, tampering, a digital input and its storage'),
  presets: z.array(z.string().min(1)).default([]).describe('names of PTZ presets; with any, it offers the PTZ service'),
  recordings: z
    .array(
      z.strictObject({
        token: z.string().min(1),
        source: z.string().min(1).describe('name of the input'),
        hours: z.number().positive().default(24).describe('how far back it goes'),
        gaps: z
          .array(z.strictObject({ fromSecondsAgo: z.number(), toSecondsAgo: z.number() }))
          .default([])
          .describe('when it was not recorded'),
      }),
    )
    .default([])
    .describe('recordings, which make it a recorder as well (profile G)'),
  replayPort: port.default(0).describe('RTSP of the recordings; 0 lets the system choose'),
  relays: z.array(z.string().min(1)).default([]).describe('tokens of relay outputs'),
  doors: z
    .array(
      z.strictObject({
        token: z.string().min(1),
        reader: z.string().min(1).describe('token of the access point that opens it'),
        accessSeconds: z.number().positive().default(5).describe('how long AccessDoor and a good credential release the lock'),
      }),
    )
    .default([])
    .describe('doors and access points, which make it an access controller (profiles A and C) as well'),
  credentials: z
    .array(z.strictObject({ card: z.string(), token: z.string(), holder: z.string() }))
    .default([{ card: '1001', token: 'credential_1001', holder: 'A. Keller' }])
    .describe('cards that open its doors'),
});

export type CameraOptions = z.infer<typeof schema>;

/** @throws Error naming the option that is wrong, without its value: it may be the password. */
export function parseOptions(id: string, options: unknown): CameraOptions {
  const parsed = schema.safeParse(options);
  if (parsed.success) return parsed.data;
  const complaints = parsed.error.issues.map(({ path, message }) => `${path.length === 0 ? 'options' : path.join('.')}: ${message}`);
  throw new Error(`simulated camera ${id}: ${complaints.join('; ')}`);
}

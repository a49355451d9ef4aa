import { z } from 'zod';
import { sceneNames } from './picture/scenes.ts';

const port = z.number().int().min(0).max(65_535);

const schema = z.strictObject({
  host: z.string().default('127.0.0.1').describe('address of this machine to serve on'),
  httpPort: port.describe('ONVIF services and snapshot; 0 lets the system choose'),
  rtspPort: port.describe('pictures; 0 lets the system choose'),
  username: z.string().min(1),
  password: z.string().min(1).describe('secret'),
  scene: z.enum(sceneNames).default('corridor'),
  discovery: z.boolean().default(false).describe('answer WS-Discovery probes'),
  sessionTimeoutSeconds: z.number().positive().default(60).describe('of RTSP sessions'),
  notAuthorizedAs400: z.boolean().default(false).describe('quirk: NotAuthorized as HTTP 400 without a challenge'),
  faultsWith200: z.boolean().default(false).describe('quirk: SOAP faults with HTTP status 200'),
});

export type CameraOptions = z.infer<typeof schema>;

/** @throws Error naming the option that is wrong, without its value: it may be the password. */
export function parseOptions(id: string, options: unknown): CameraOptions {
  const parsed = schema.safeParse(options);
  if (parsed.success) return parsed.data;
  const complaints = parsed.error.issues.map(({ path, message }) => `${path.length === 0 ? 'options' : path.join('.')}: ${message}`);
  throw new Error(`simulated camera ${id}: ${complaints.join('; ')}`);
}

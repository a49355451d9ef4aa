import { z } from 'zod';
import { secret } from '../../src/adapter/secret.ts';

export const optionsSchema = z.strictObject({
  host: z
    .string()
    .min(1)
    .describe("the camera's address or name")
    .meta({ examples: ['192.168.20.11'] }),
  port: z.number().int().min(1).max(65_535).default(80).describe('its HTTP port'),
  username: z
    .string()
    .min(1)
    .describe('an account of the camera; the role "operator" suffices')
    .meta({ examples: ['sallyport'] }),
  password: secret('Its password.'),
  profile: z.string().min(1).exactOptional().describe('media profile, by token or name, of cameras that name none in `at`; the first if absent'),
  timeoutMs: z.number().int().min(100).max(60_000).default(5_000).describe('how long an answer may take, in milliseconds'),
  pullSeconds: z.number().int().min(1).max(60).default(20).describe('how long the camera may hold a request for events open, in seconds'),
});
export type Options = z.infer<typeof optionsSchema>;

/** `at` of a camera: which of the device's pictures it is. Most devices have one, and `{}` will do. */
export const cameraAddressSchema = z.strictObject({
  profile: z
    .string()
    .min(1)
    .exactOptional()
    .describe('media profile, by token or name')
    .meta({ examples: ['MainStream'] }),
  videoSource: z.string().min(1).exactOptional().describe('token of the video source, on encoders with several inputs; its first profile is used'),
});
export type CameraAddress = z.infer<typeof cameraAddressSchema>;

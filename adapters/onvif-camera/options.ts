import { z } from 'zod';
import { secret } from '../../src/adapter/secret.ts';

const optionsShape = z.strictObject({
  host: z
    .string()
    .min(1)
    .describe("the camera's address or name")
    .meta({ examples: ['192.168.20.11'] }),
  port: z.number().int().min(1).max(65_535).exactOptional().describe('its HTTP port; 80 if absent, with tls 443'),
  tls: z
    .boolean()
    .default(false)
    .describe('whether to ask it over HTTPS. Without `fingerprint` and `ca` an authority that the system knows must have signed its certificate'),
  fingerprint: z
    .string()
    .regex(/^(?:[0-9a-f]{2}:?){31}[0-9a-f]{2}$/i, 'a SHA-256 fingerprint: 32 bytes in hexadecimal, with or without colons')
    .exactOptional()
    .describe('SHA-256 of its certificate: no other is believed then, and this one whoever signed it. The first attempt without it tells it'),
  ca: secret('Certificate (PEM) of the authority that signed its certificate, which must be for this host.').exactOptional(),
  username: z
    .string()
    .min(1)
    .describe('an account of the camera; the role "operator" suffices')
    .meta({ examples: ['sallyport'] }),
  password: secret('Its password.'),
  profile: z.string().min(1).exactOptional().describe('media profile, by token or name, of cameras that name none in `at`; the first if absent'),
  timeoutMs: z.number().int().min(100).max(60_000).default(5_000).describe('how long an answer may take, in milliseconds'),
  pullSeconds: z.number().int().min(1).max(60).default(20).describe('how long the camera may hold a request for events open, in seconds'),
  doorSeconds: z
    .number()
    .min(0.2)
    .max(60)
    .default(1)
    .describe('how often a device that tells nothing by itself is asked for the state of its doors, in seconds'),
  topics: z
    .array(z.string().regex(/^[\w-]+:?[\w:./-]*$/, 'write a topic, such as tns1:VideoSource/MotionAlarm'))
    .default([])
    .describe('the only topics to ask for and to report; all that are known, if empty. A topic that ends in `//.` includes those below it')
    .meta({ examples: [['tns1:RuleEngine/CellMotionDetector/Motion', 'tns1:VideoSource//.']] }),
  topicsPerSubscription: z
    .number()
    .int()
    .min(1)
    .max(100)
    .exactOptional()
    .describe('at most so many of `topics` in one subscription, for devices that refuse more: there are as many subscriptions as are needed'),
  events: z
    .enum(['auto', 'pull', 'notify'])
    .default('auto')
    .describe(
      'how events come: `pull` (pull point), `notify` (the camera posts them to us), `auto` (pull, or notify where that fails and `notifyAddress` is set)',
    ),
  notifyAddress: z
    .union([z.ipv4(), z.ipv6()])
    .exactOptional()
    .describe('an address of this gateway that the camera reaches, for `notify`')
    .meta({ examples: ['192.168.20.2'] }),
  notifyPort: z.number().int().min(0).max(65_535).default(0).describe('the TCP port there; any free one if 0. Cameras may share it'),
});
export const optionsSchema = optionsShape
  .refine(({ events, notifyAddress }) => events !== 'notify' || notifyAddress !== undefined, {
    path: ['notifyAddress'],
    error: 'events: notify needs an address that the camera posts to',
  })
  .refine(({ tls, fingerprint, ca }) => tls || (fingerprint === undefined && ca === undefined), {
    path: ['tls'],
    error: 'a fingerprint or an authority needs tls: true',
  })
  .refine(({ fingerprint, ca }) => fingerprint === undefined || ca === undefined, {
    path: ['ca'],
    error: 'a certificate is known by its fingerprint or by its authority: write one of them',
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
  substream: z
    .string()
    .min(1)
    .exactOptional()
    .describe(
      'media profile, by token or name, with a smaller picture of the same view, for small tiles and short memory; without it, of the smaller ones the nearest to 640 x 360',
    ),
});
export type CameraAddress = z.infer<typeof cameraAddressSchema>;

/** `at` of a door or a reader of an ONVIF access controller (profiles A and C). */
export const tokenAddressSchema = z.strictObject({
  token: z
    .string()
    .min(1)
    .describe("its token on the device: a door's of Door Control, an access point's of Access Control")
    .meta({ examples: ['Door-1'] }),
});

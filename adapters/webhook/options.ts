import { z } from 'zod';
import { checkExpressions } from '../../src/adapter/mapping/check.ts';
import type { Variables } from '../../src/adapter/mapping/expression.ts';
import { clockOption, mappingFields, otherPoints } from '../../src/adapter/mapping/schema.ts';
import { secret } from '../../src/adapter/secret.ts';

/** What the expressions of a mapping may use. */
export const variables: Variables = { payload: 'dyn', headers: 'map<string, string>', points: 'list<string>' };

const headerName = z.string().regex(/^[a-z0-9-]+$/, 'a header’s name in lower case, such as x-signature');
const toleranceSeconds = z
  .int()
  .min(1)
  .max(3600)
  .default(300)
  .describe('How far the time of a request may differ from ours, so that it cannot be played again later.');

const hmac = z.discriminatedUnion('scheme', [
  z
    .strictObject({
      scheme: z.literal('body').describe('HMAC-SHA256 over the body, in hexadecimal or base64, with or without "sha256=" before it.'),
      secret: secret('The key that the sender signs with.'),
      header: headerName.default('x-hub-signature-256').describe('Header with the signature.'),
      timestampHeader: headerName
        .exactOptional()
        .describe('Header with the time of sending, in seconds since 1970. What is signed is then the time, a dot and the body.'),
      toleranceSeconds,
    })
    .describe('A signature of the body.'),
  z
    .strictObject({
      scheme: z
        .literal('standard-webhooks')
        .describe('Headers webhook-id, webhook-timestamp and webhook-signature as standardwebhooks.com has them.'),
      secret: secret('The key: text, or whsec_ and base64.'),
      toleranceSeconds,
    })
    .describe('A signature by Standard Webhooks.'),
]);
export type HmacOptions = z.infer<typeof hmac>;

/** The options of a listener in the site file. */
export const webhookOptions = z
  .strictObject({
    host: z
      .string()
      .min(1)
      .default('127.0.0.1')
      .describe('Address to listen on. Anything but the loopback needs a proxy with TLS in front, or the token travels in clear.')
      .meta({ examples: ['127.0.0.1'] }),
    port: z
      .int()
      .min(0)
      .max(65_535)
      .describe('TCP port; 0 takes a free one.')
      .meta({ examples: [8085] }),
    path: z
      .string()
      .regex(/^\/[A-Za-z0-9._~/-]*$/, 'a path such as /events')
      .default('/')
      .describe('Path of the address that senders post to.')
      .meta({ examples: ['/events'] }),
    token: secret('Token that senders give: Authorization: Bearer TOKEN.').exactOptional(),
    hmac: hmac.exactOptional().describe('Signature that senders give. With a token as well, both must be right.'),
    bodyLimitBytes: z
      .int()
      .min(1024)
      .max(4 * 1024 * 1024)
      .default(256 * 1024)
      .describe('The largest body that is read.'),
    requestTimeoutSeconds: z.int().min(1).max(120).default(15).describe('A request that has not arrived whole by then is given up.'),
    clock: clockOption,
    points: otherPoints,
    mappings: z
      .array(z.strictObject(mappingFields).superRefine((mapping, context) => checkExpressions(mapping, variables, context)))
      .min(1)
      .describe('Which body becomes which event. All that fit apply. Of a body that is a list, each entry is a message.'),
  })
  .refine(({ token, hmac: signature }) => token !== undefined || signature !== undefined, {
    error: 'anybody could raise alarms: give a token, or hmac',
    path: ['token'],
  });
export type WebhookOptions = z.infer<typeof webhookOptions>;

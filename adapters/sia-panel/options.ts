import { z } from 'zod';
import { secret } from '../../src/adapter/secret.ts';

const seconds = z.number().positive().max(604_800);
const clockPolicy = z.enum(['reject', 'accept']);

/** The receiver's options in the site file. */
export const receiverOptions = z
  .strictObject({
    host: z
      .string()
      .min(1)
      .default('127.0.0.1')
      .describe('Address to listen on; 0.0.0.0 for every interface.')
      .meta({ examples: ['0.0.0.0'] }),
    port: z
      .int()
      .min(0)
      .max(65_535)
      .describe('Port for TCP and UDP alike; 0 takes a free one.')
      .meta({ examples: [12000] }),
    tcp: z.boolean().default(true).describe('Whether to listen on TCP.'),
    udp: z.boolean().default(true).describe('Whether to listen on UDP.'),
    timeWindow: z
      .strictObject({
        aheadSeconds: seconds.default(20).describe('How far the panel may be ahead.'),
        behindSeconds: seconds.default(40).describe('How far the panel may be behind.'),
      })
      .prefault({})
      .describe("How far a message's time stamp may differ from our time (DC-09, 5.5.1.8)."),
    clockPolicy: clockPolicy
      .default('reject')
      .describe(
        'What becomes of an encrypted message whose time is outside the window: `reject` answers NAK as the standard says (this is what stops a replay), `accept` takes it and records the offset.',
      ),
    plainContactId: z
      .enum(['checked', 'unchecked', 'off'])
      .default('checked')
      .describe(
        'Contact ID over TCP without the DC-09 envelope ([4711 18113001001F], Climax, Lupus): `checked` leaves a report with a wrong or missing check unanswered, `unchecked` takes it with a warning, `off` takes none.',
      ),
  })
  .refine(({ tcp, udp }) => tcp || udp, { error: 'a receiver needs tcp or udp' });
export type ReceiverOptions = z.infer<typeof receiverOptions>;

/** `at` of a panel. */
export const panelAddress = z.strictObject({
  account: z
    .string({ error: 'the account is text: put it in quotes, so that leading zeros stay' })
    .regex(/^[0-9A-Za-z]{3,16}$/)
    .describe('The account number that the panel sends, in quotes.')
    .meta({ examples: ['4711'] }),
  key: secret('AES key: 16, 24 or 32 characters, or hex: and 32, 48 or 64 hexadecimal digits.').optional(),
  requireEncryption: z.boolean().optional().describe('Whether to refuse messages in clear. Without it: yes, if there is a key.'),
  clockPolicy: clockPolicy.optional().describe("This panel's policy, if it is not the receiver's."),
  supervisionSeconds: seconds
    .optional()
    .describe('How long the panel may be silent before it counts as offline; a little more than its poll interval. Without it: not supervised.')
    .meta({ examples: [90] }),
});
export type PanelAddress = z.infer<typeof panelAddress>;

/** `at` of a zone. */
export const zoneAddress = z.strictObject({
  number: z
    .int()
    .min(0)
    .max(9999)
    .describe('The number by which the panel reports the zone.')
    .meta({ examples: [1] }),
  partition: z.int().min(0).max(9999).optional().describe('The partition (area), where zone numbers repeat in each.'),
});
export type ZoneAddress = z.infer<typeof zoneAddress>;

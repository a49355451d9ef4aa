import { z } from 'zod';
import { quirks } from './quirks.ts';

const schema = z.strictObject({
  host: z.string().default('127.0.0.3').describe('address to bind; more than one controller on a machine: one 127.x address each'),
  port: z.int().min(0).max(65535).default(47808).describe('UDP port; 0 takes a free one'),
  broadcast: z
    .ipv4()
    .optional()
    .describe('address at which broadcasts arrive, such as 127.255.255.255; without it a Who-Is to everybody is not heard'),
  deviceInstance: z.int().min(0).max(4_194_302),
  doors: z.int().min(1).max(100).default(2).describe('how many doors, numbered from 1'),
  pulseMs: z.int().min(1).default(5000).describe('how long a pulse-unlock lasts'),
  heldAfterMs: z.int().min(1).default(30_000).describe('how long a door may stand open'),
  quirks: quirks.option,
  eventRecipient: z
    .strictObject({ host: z.string(), port: z.int().min(1).max(65535), confirmed: z.boolean().default(true) })
    .optional()
    .describe('who is told of door alarms by event notifications (Recipient_List of a Notification Class); nobody without it'),
});

export type Options = z.output<typeof schema>;

/** @throws Error naming the wrong option. */
export function parseOptions(options: unknown): Options {
  const result = schema.safeParse(options);
  if (result.success) return result.data;
  throw new Error(`bacnet-door simulator: ${z.prettifyError(result.error)}`);
}

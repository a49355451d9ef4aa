import { z } from 'zod';

/** 4194303 means "any" (ASHRAE 135-2020, clause 12.1). */
const instance = z.int().min(0).max(4_194_302);
const binaryInput = z.strictObject({ binaryInput: instance.describe('instance of the Binary Input object') });

export const options = z.strictObject({
  host: z.string().min(1).describe('IPv4 address or name of the controller').meta({ example: '192.0.2.30' }),
  port: z.int().min(1).max(65535).default(47808).describe('UDP port of the controller'),
  deviceInstance: instance.describe('instance of the Device object; checked on connecting').meta({ example: 3001 }),
  bindAddress: z.ipv4().default('127.0.0.1').describe('own address to send from: that of the interface which leads to the controller'),
  localPort: z
    .int()
    .min(0)
    .max(65535)
    .default(0)
    .describe('own UDP port; 0 takes a free one. With a fixed port a restarted gateway takes over its old COV subscriptions'),
  writePriority: z
    .int()
    .min(1)
    .max(16)
    .refine((priority) => priority !== 6, 'priority 6 is kept for minimum on and off times (clause 19.2.3)')
    .default(8)
    .describe('priority of lock commands; 8 is "manual operator" (clause 19.2)'),
  covLifetimeSeconds: z.int().min(10).max(86_400).default(300).describe('how long a COV subscription lasts; renewed at half of it'),
  pollMs: z
    .int()
    .min(100)
    .max(60_000)
    .default(1000)
    .describe('how often doors are read, and all else for which COV is refused; what COV covers is read ten times more seldom'),
});
export type Options = z.output<typeof options>;

export const doorAt = z.strictObject({
  accessDoor: instance.describe('instance of the Access Door object'),
  contact: binaryInput.optional().describe('door contact, ACTIVE while open, where Door_Status does not tell'),
  requestToExit: binaryInput.optional().describe('exit button, ACTIVE while pressed'),
  tamper: binaryInput.optional().describe('tamper switch, ACTIVE while tampered with'),
});
export type DoorAt = z.output<typeof doorAt>;

export const readerAt = z.strictObject({ accessPoint: instance.describe('instance of the Access Point object') });
export type ReaderAt = z.output<typeof readerAt>;

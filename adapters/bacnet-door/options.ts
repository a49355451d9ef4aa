import { z } from 'zod';

/** 4194303 means "any" (ASHRAE 135-2020, clause 12.1). */
const instance = z.int().min(0).max(4_194_302);
const oneObject = { error: 'name one object: { binaryInput: N }, { binaryOutput: N } or { binaryValue: N }' };
const binary = z
  .strictObject({
    binaryInput: instance.optional().describe('instance of a Binary Input object'),
    binaryOutput: instance.optional().describe('instance of a Binary Output object'),
    binaryValue: instance.optional().describe('instance of a Binary Value object'),
  })
  .refine((names) => Object.values(names).filter((each) => each !== undefined).length === 1, oneObject);
export type BinaryAt = z.output<typeof binary>;

const relay = binary.refine(({ binaryInput }) => binaryInput === undefined, 'a Binary Input cannot be commanded: name a binaryOutput or binaryValue');

const hostAndPort = z
  .string()
  .regex(/^[^\s:/]+:\d{1,5}$/, 'write HOST:PORT, such as 192.0.2.1:47808')
  .refine((text) => Number(text.split(':')[1]) <= 65_535, 'a port is at most 65535');

/** What COV covers is read so many times more seldom: an unconfirmed notification can be lost. */
export const safetyPollFactor = 10;

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
  bbmd: hostAndPort
    .optional()
    .describe('broadcast management device to register with as a foreign device, so that broadcasts of the controller arrive from another subnet')
    .meta({ example: '192.0.2.1:47808' }),
  ttlSeconds: z.int().min(30).max(65_535).default(300).describe('how long that registration lasts; renewed at half of it'),
  acknowledgeAlarms: z
    .boolean()
    .default(false)
    .describe('whether to acknowledge to the controller each alarm that asks for it (AcknowledgeAlarm), once the journal has it'),
});
export type Options = z.output<typeof options>;

export const doorAt = z
  .strictObject({
    accessDoor: instance.optional().describe('instance of the Access Door object'),
    lock: z
      .union([relay.transform((one) => [one]), z.array(relay).min(1).max(4)])
      .optional()
      .describe('for a door without an Access Door object: the output or value that works its lock, or a list of those that work together'),
    unlockedWhen: z.enum(['active', 'inactive']).default('active').describe('the state of `lock` in which the door is unlocked'),
    accessSeconds: z.number().min(1).max(120).default(5).describe('how long `lock` lets one person through before it is given back'),
    contact: binary.optional().describe('door contact, ACTIVE while open, where Door_Status does not tell'),
    requestToExit: binary.optional().describe('exit button, ACTIVE while pressed'),
    tamper: binary.optional().describe('tamper switch, ACTIVE while tampered with'),
  })
  .refine(({ accessDoor, lock, contact }) => accessDoor !== undefined || lock !== undefined || contact !== undefined, {
    error: 'name the accessDoor, or the contact and lock of a door that has none',
  })
  .refine(({ accessDoor, lock }) => accessDoor === undefined || lock === undefined, {
    error: 'an Access Door works its own lock: leave `lock` out, or `accessDoor`',
  });
export type DoorAt = z.output<typeof doorAt>;

export const readerAt = z.strictObject({ accessPoint: instance.describe('instance of the Access Point object') });
export type ReaderAt = z.output<typeof readerAt>;

import { z } from 'zod';
import { plain } from './address.ts';
import { doorSignalNames } from './mapping.ts';
import { profiles } from './profile.ts';

const unit = z.number().int().min(0).max(255).describe('unit identifier; on a serial line 1 to 247, on TCP 255 where the controller has none');
const profile = z.enum([...profiles.keys()] as [string, ...string[]]).describe('what kind of device it is: a file of the folder `profiles`');
const nthOf = (what: string) => z.number().int().min(1).describe(`number of the ${what} on the device, as its profile counts them, from 1`);

/** A door's address on the controller: its number there, or what it has, or both. What it does not have is left out. */
export const doorAt = z.strictObject({
  unit: unit.exactOptional().describe("unit identifier, where it is not the device's"),
  door: nthOf('door').exactOptional(),
  without: z.array(z.enum(doorSignalNames)).exactOptional().describe('signals of the profile that this door does not have'),
  ...plain.signals,
  commands: plain.commands.default({}),
});
export type DoorAt = z.infer<typeof doorAt>;

/** A reader's address on the controller: its number there, or a ring of the latest badge events and a counter of all of them. */
export const readerAt = z.strictObject({
  unit: unit.exactOptional().describe("unit identifier, where it is not the device's"),
  reader: nthOf('reader').exactOptional(),
  counter: plain.reader.counter.exactOptional(),
  log: plain.reader.log.exactOptional(),
  entries: plain.reader.entries.exactOptional(),
  acknowledged: plain.reader.acknowledged,
});
export type ReaderAt = z.infer<typeof readerAt>;

const common = {
  unit: unit.default(1),
  profile: profile.exactOptional(),
  units: z
    .array(z.strictObject({ unit, profile: profile.exactOptional(), clock: plain.word.exactOptional() }))
    .default([])
    .describe('units on the line that differ from what is said for the whole device'),
  clock: plain.word
    .exactOptional()
    .describe("first of three registers with the controller's clock: seconds since 1970 (high word, low word) and milliseconds"),
  maxRegistersPerRead: z
    .number()
    .int()
    .min(1)
    .max(125)
    .exactOptional()
    .describe('how many registers one read may ask for; the profile says it otherwise'),
  pollMs: z.number().int().min(20).max(60_000).default(200).describe('milliseconds between two rounds of reading'),
  timeoutMs: z
    .number()
    .int()
    .min(50)
    .max(60_000)
    .default(1000)
    .describe('milliseconds that a unit may take to answer a request; behind a gateway, more than the gateway waits for it'),
  pulseMs: z.number().int().min(100).max(600_000).default(5000).describe('milliseconds after which the `endValue` of an access command is written'),
};

const onNetwork = {
  host: z
    .string()
    .min(1)
    .describe('address or name of the controller, gateway or device server')
    .meta({ examples: ['192.168.10.20'] }),
  port: z.number().int().min(1).max(65535).default(502).describe('TCP port'),
};

const tcp = z.strictObject({ transport: z.literal('tcp').describe('Modbus TCP'), ...onNetwork, ...common });
const rtuOverTcp = z.strictObject({
  transport: z.literal('rtu-over-tcp').describe('frames of the serial line over TCP, as device servers pass them on'),
  ...onNetwork,
  ...common,
});
const serial = z.strictObject({
  transport: z.literal('serial').describe('a serial line of this machine; needs the package "serialport"'),
  path: z
    .string()
    .min(1)
    .describe('the serial port')
    .meta({ examples: ['/dev/ttyUSB0', 'COM3'] }),
  baudRate: z.number().int().min(300).max(1_000_000).default(19_200).describe('bits a second'),
  parity: z.enum(['none', 'even', 'odd']).default('even').describe('parity; the standard has even'),
  stopBits: z
    .union([z.literal(1), z.literal(2)])
    .default(1)
    .describe('stop bits; the standard has 2 where there is no parity'),
  ...common,
});

const serialUnits = z.number().int().min(1).max(247);

/** The device's options in the site file. Without `transport` it is Modbus TCP. */
export const options = z
  .discriminatedUnion('transport', [tcp.extend({ transport: tcp.shape.transport.default('tcp') }), rtuOverTcp, serial])
  .superRefine((value, context) => {
    if (value.transport === 'tcp') return;
    for (const { unit: number } of [value, ...value.units]) {
      if (!serialUnits.safeParse(number).success) context.addIssue({ code: 'custom', path: ['unit'], message: 'a serial line has units 1 to 247' });
    }
  });
export type ModbusDoorOptions = z.infer<typeof options>;
export type SerialOptions = Extract<ModbusDoorOptions, { transport: 'serial' }>;

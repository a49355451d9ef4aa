import { z } from 'zod';
import type { Location, WritableLocation } from './location.ts';

const address = z.number().int().min(0).max(0xffff).describe('as the protocol counts, from 0: "input 10001" of a manual is discreteInput 0');
const bit = z.number().int().min(0).max(15).exactOptional().describe('the bit of the register, 0 the least; without it any value but 0 counts as 1');
const activeWhen = z
  .union([z.literal(0), z.literal(1)])
  .default(1)
  .describe('0 for a contact that is closed in its normal state');

const signal = z
  .union([
    z.strictObject({ coil: address, activeWhen }),
    z.strictObject({ discreteInput: address, activeWhen }),
    z.strictObject({ holdingRegister: address, bit, activeWhen }),
    z.strictObject({ inputRegister: address, bit, activeWhen }),
  ])
  .describe('where the controller shows this');
export type SignalAddress = z.infer<typeof signal>;

const word = z.union([z.strictObject({ holdingRegister: address }), z.strictObject({ inputRegister: address })]);

const coilValue = z.union([z.literal(0), z.literal(1)]);
const registerValue = z.number().int().min(0).max(0xffff);
const write = z.union([z.strictObject({ coil: address, value: coilValue }), z.strictObject({ holdingRegister: address, value: registerValue })]);
const endValue = 'written after `pulseMs`, for a controller that does not end the release by itself';
const pulse = z.union([
  z.strictObject({ coil: address, value: coilValue, endValue: coilValue.exactOptional().describe(endValue) }),
  z.strictObject({ holdingRegister: address, value: registerValue, endValue: registerValue.exactOptional().describe(endValue) }),
]);

/** A door's address on the controller. What it does not have is left out. */
export const doorAt = z.strictObject({
  contact: signal.exactOptional().describe('1: the leaf is open'),
  lock: signal.exactOptional().describe('1: the lock is released'),
  requestToExit: signal.exactOptional().describe('1: the exit button is pressed'),
  forced: signal.exactOptional().describe('1: the controller says that the door was forced'),
  held: signal.exactOptional().describe('1: the controller says that the door is held open'),
  tamper: signal.exactOptional().describe('1: tampered with'),
  fault: signal.exactOptional().describe('1: the door or its lock does not work'),
  commands: z
    .strictObject({ lock: write.exactOptional(), unlock: write.exactOptional(), access: pulse.exactOptional() })
    .default({})
    .describe('what is written for each command; a command that is left out is refused'),
});
export type DoorAt = z.infer<typeof doorAt>;

/** A reader's address on the controller: a ring of the latest badge events and a counter of all of them. */
export const readerAt = z.strictObject({
  counter: word.describe('badge events since power-up, modulo 65536'),
  log: word.describe('first register of the ring; eight registers an event, see the README'),
  entries: z.number().int().min(1).max(15).describe('events that the ring holds'),
  acknowledged: z
    .strictObject({ holdingRegister: address })
    .exactOptional()
    .describe('where the controller keeps the number of the last event that is in the journal, so that none is lost while the gateway is away'),
});
export type ReaderAt = z.infer<typeof readerAt>;

/** The device's options in the site file. */
export const options = z.strictObject({
  host: z
    .string()
    .min(1)
    .describe('address or name of the controller')
    .meta({ examples: ['192.168.10.20'] }),
  port: z.number().int().min(1).max(65535).default(502).describe('TCP port'),
  unit: z.number().int().min(0).max(255).default(1).describe('unit identifier; 255 where the controller has none'),
  pollMs: z.number().int().min(20).max(60_000).default(200).describe('milliseconds between two rounds of reading'),
  timeoutMs: z.number().int().min(50).max(60_000).default(1000).describe('milliseconds that the controller may take to answer a request'),
  pulseMs: z.number().int().min(100).max(600_000).default(5000).describe('milliseconds after which the `endValue` of an access command is written'),
  clock: word
    .exactOptional()
    .describe("first of three registers with the controller's clock: seconds since 1970 (high word, low word) and milliseconds"),
});
export type ModbusDoorOptions = z.infer<typeof options>;

/** Table and address of what the site file names in one word, such as `{ coil: 3 }`. */
export function locationOf(at: SignalAddress | z.infer<typeof word>): Location {
  if ('coil' in at) return { table: 'coil', address: at.coil };
  if ('discreteInput' in at) return { table: 'discreteInput', address: at.discreteInput };
  if ('holdingRegister' in at) return { table: 'holdingRegister', address: at.holdingRegister };
  return { table: 'inputRegister', address: at.inputRegister };
}

/** Table and address of something that can be written. */
export function outputOf(at: z.infer<typeof write> | z.infer<typeof pulse>): WritableLocation {
  return 'coil' in at ? { table: 'coil', address: at.coil } : { table: 'holdingRegister', address: at.holdingRegister };
}

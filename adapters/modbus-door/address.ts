import { z } from 'zod';
import type { Location, WritableLocation } from './location.ts';

// Addresses as the site file and the profiles write them.

const address = z.number().int().min(0).max(0xffff).describe('as the protocol counts, from 0: "input 10001" of a manual is discreteInput 0');
const bit = z.number().int().min(0).max(15).exactOptional().describe('the bit of the register, 0 the least; without it any value but 0 counts as 1');
const activeWhen = z
  .union([z.literal(0), z.literal(1)])
  .default(1)
  .describe('0 for a contact that is closed in its normal state');
const endValue = 'written after `pulseMs`, for a controller that does not end the release by itself';
const coilValue = z.union([z.literal(0), z.literal(1)]);
const registerValue = z.number().int().min(0).max(0xffff);

/** The schemas of addresses, each with the fields of `more` besides. */
function addressesWith<More extends z.core.$ZodShape>(more: More) {
  const coil = { coil: address, ...more };
  const holdingRegister = { holdingRegister: address, ...more };
  const signal = z
    .union([
      z.strictObject({ ...coil, activeWhen }),
      z.strictObject({ discreteInput: address, ...more, activeWhen }),
      z.strictObject({ ...holdingRegister, bit, activeWhen }),
      z.strictObject({ inputRegister: address, ...more, bit, activeWhen }),
    ])
    .describe('where the controller shows this');
  const word = z.union([z.strictObject(holdingRegister), z.strictObject({ inputRegister: address, ...more })]);
  const write = z.union([z.strictObject({ ...coil, value: coilValue }), z.strictObject({ ...holdingRegister, value: registerValue })]);
  const pulse = z.union([
    z.strictObject({ ...coil, value: coilValue, endValue: coilValue.exactOptional().describe(endValue) }),
    z.strictObject({ ...holdingRegister, value: registerValue, endValue: registerValue.exactOptional().describe(endValue) }),
  ]);
  return {
    word,
    signals: {
      contact: signal.exactOptional().describe('1: the leaf is open'),
      lock: signal.exactOptional().describe('1: the lock is released'),
      requestToExit: signal.exactOptional().describe('1: the exit button is pressed'),
      forced: signal.exactOptional().describe('1: the controller says that the door was forced'),
      held: signal.exactOptional().describe('1: the controller says that the door is held open'),
      tamper: signal.exactOptional().describe('1: tampered with'),
      fault: signal.exactOptional().describe('1: the door or its lock does not work'),
    },
    commands: z
      .strictObject({ lock: write.exactOptional(), unlock: write.exactOptional(), access: pulse.exactOptional() })
      .describe('what is written for each command; a command that is left out is refused'),
    reader: {
      counter: word.describe('badge events since power-up, modulo 65536'),
      log: word.describe('first register of the ring; eight registers an event, see the README'),
      entries: z.number().int().min(1).max(15).describe('events that the ring holds'),
      acknowledged: z
        .strictObject(holdingRegister)
        .exactOptional()
        .describe('where the controller keeps the number of the last event that is in the journal, so that none is lost while the gateway is away'),
    },
  };
}

/** Of one door or reader, as the site file has them. */
export const plain = addressesWith({});
/** Of all doors or readers of a kind of device, as a profile has them: of the first one, and how far it is to the next. */
export const stepped = addressesWith({ step: z.number().int().min(0).max(0xffff).default(0).describe('from one door or reader to the next') });

export type WordAddress = z.infer<typeof plain.word>;
export type SignalAddress = NonNullable<z.infer<typeof plain.signals.contact>>;
export type Commands = z.infer<typeof plain.commands>;
type Write = NonNullable<Commands['access'] | Commands['lock']>;

/** Table and address of what is named in one word, such as `{ coil: 3 }`. */
export function locationOf(at: SignalAddress | WordAddress): Location {
  if ('coil' in at) return { table: 'coil', address: at.coil };
  if ('discreteInput' in at) return { table: 'discreteInput', address: at.discreteInput };
  if ('holdingRegister' in at) return { table: 'holdingRegister', address: at.holdingRegister };
  return { table: 'inputRegister', address: at.inputRegister };
}

/** Table and address of something that can be written. */
export function outputOf(at: Write): WritableLocation {
  return 'coil' in at ? { table: 'coil', address: at.coil } : { table: 'holdingRegister', address: at.holdingRegister };
}

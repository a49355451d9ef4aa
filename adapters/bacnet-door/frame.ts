import { tagFault } from './tags.ts';

/** Annex J.1: the BVLC type of BACnet/IP, and the functions that a device may send to us. */
const bacnetIp = 0x81;
const npduOffsets: Readonly<Record<number, number>> = { 0x04: 10, 0x09: 4, 0x0a: 4, 0x0b: 4 };
const bvlcResult = 0x00;

/**
 * What is wrong with the form of a datagram, or undefined (ASHRAE 135-2020, Annex J.2, clauses 6.2 and 20.2.1).
 * The library drops most of such frames without a word; here they are counted.
 */
export function frameFault(bytes: Uint8Array): string | undefined {
  if (bytes.length < 4) return 'shorter than a BVLC header';
  if (bytes[0] !== bacnetIp) return 'not a BACnet/IP frame (BVLC type is not 0x81)';
  const length = ((bytes[2] ?? 0) << 8) | (bytes[3] ?? 0);
  if (length !== bytes.length) return `BVLC length is ${length} but ${bytes.length} octets arrived`;
  const bvlcFunction = bytes[1] ?? 0;
  if (bvlcFunction === bvlcResult) return undefined;
  const npdu = npduOffsets[bvlcFunction];
  if (npdu === undefined) return `BVLC function 0x${bvlcFunction.toString(16)} is not expected from a device`;
  return bytes[npdu] === 1 ? tagFault(bytes, npdu) : 'the NPDU is not of protocol version 1';
}

/** Who sent the broadcast that a BBMD forwards (Annex J.2.5); undefined for any other frame. */
export function forwardedFrom(bytes: Uint8Array): { address: string; port: number } | undefined {
  if (bytes.length < 10 || bytes[0] !== bacnetIp || bytes[1] !== 0x04) return undefined;
  return { address: bytes.subarray(4, 8).join('.'), port: ((bytes[8] ?? 0) << 8) | (bytes[9] ?? 0) };
}

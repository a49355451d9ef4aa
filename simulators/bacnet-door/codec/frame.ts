import { MalformedEncoding } from './elements.ts';

/** BACnet/IP frames: BVLC (Annex J.2), NPDU (clause 6.2) and APDU (clause 20.1), without segmentation. */
export type Apdu =
  | { readonly type: 'confirmed-request'; readonly invokeId: number; readonly service: number; readonly segmented: boolean; readonly data: Buffer }
  | { readonly type: 'unconfirmed-request'; readonly service: number; readonly data: Buffer }
  | { readonly type: 'simple-ack'; readonly invokeId: number; readonly service: number }
  | { readonly type: 'complex-ack'; readonly invokeId: number; readonly service: number; readonly data: Buffer }
  | { readonly type: 'error'; readonly invokeId: number; readonly service: number; readonly data: Buffer }
  | { readonly type: 'reject'; readonly invokeId: number; readonly reason: number }
  | { readonly type: 'abort'; readonly invokeId: number; readonly reason: number; readonly server: boolean };

const bacnetIp = 0x81;
const functions = { forwardedNpdu: 0x04, originalUnicast: 0x0a, originalBroadcast: 0x0b };
const globalNetwork = 0xffff;

/** A frame to one device. Max-segments unspecified, max-APDU 1476 octets (clause 20.1.2.4 and 20.1.2.5). */
export function encodeFrame(apdu: Apdu): Buffer {
  const npdu = Buffer.concat([Buffer.of(1, apdu.type === 'confirmed-request' ? 0x04 : 0x00), encodeApdu(apdu)]);
  const header = Buffer.of(bacnetIp, functions.originalUnicast, 0, 0);
  header.writeUInt16BE(npdu.length + 4, 2);
  return Buffer.concat([header, npdu]);
}

function encodeApdu(apdu: Apdu): Buffer {
  switch (apdu.type) {
    case 'confirmed-request':
      return Buffer.concat([Buffer.of(0x00, 0x05, apdu.invokeId, apdu.service), apdu.data]);
    case 'unconfirmed-request':
      return Buffer.concat([Buffer.of(0x10, apdu.service), apdu.data]);
    case 'simple-ack':
      return Buffer.of(0x20, apdu.invokeId, apdu.service);
    case 'complex-ack':
      return Buffer.concat([Buffer.of(0x30, apdu.invokeId, apdu.service), apdu.data]);
    case 'error':
      return Buffer.concat([Buffer.of(0x50, apdu.invokeId, apdu.service), apdu.data]);
    case 'reject':
      return Buffer.of(0x60, apdu.invokeId, apdu.reason);
    case 'abort':
      return Buffer.of(apdu.server ? 0x71 : 0x70, apdu.invokeId, apdu.reason);
  }
}

/**
 * The APDU of a frame; undefined where the frame is not for an application (network messages, BVLC results, another network).
 * @throws MalformedEncoding when the frame breaks the rules.
 */
export function decodeFrame(bytes: Buffer): Apdu | undefined {
  if (bytes.length < 4 || bytes[0] !== bacnetIp) throw new MalformedEncoding('not a BACnet/IP frame');
  if (bytes.readUInt16BE(2) !== bytes.length) throw new MalformedEncoding('the BVLC length differs from the length of the datagram');
  switch (bytes[1]) {
    case functions.originalUnicast:
    case functions.originalBroadcast:
      return decodeNpdu(bytes.subarray(4));
    case functions.forwardedNpdu:
      return decodeNpdu(bytes.subarray(10));
    default:
      return undefined;
  }
}

function decodeNpdu(bytes: Buffer): Apdu | undefined {
  if (bytes.length < 2 || bytes[0] !== 1) throw new MalformedEncoding('the NPDU is not of protocol version 1');
  const control = bytes[1] ?? 0;
  let at = 2;
  const hasDestination = (control & 0x20) !== 0;
  if (hasDestination) {
    if (at + 3 > bytes.length) throw new MalformedEncoding('the NPDU ends within its destination');
    if (bytes.readUInt16BE(at) !== globalNetwork) return undefined;
    at += 3 + (bytes[at + 2] ?? 0);
  }
  if ((control & 0x08) !== 0) at += 3 + (bytes[at + 2] ?? 0);
  if (hasDestination) at += 1;
  return (control & 0x80) !== 0 ? undefined : decodeApdu(bytes.subarray(at));
}

/** @throws MalformedEncoding when the header is cut short or its type is unknown. */
export function decodeApdu(bytes: Buffer): Apdu | undefined {
  const [first = -1, second, third, fourth] = bytes;
  const type = first >> 4;
  const segmented = (first & 0x08) !== 0;
  if (type === 1 && second !== undefined) return { type: 'unconfirmed-request', service: second, data: bytes.subarray(2) };
  if (second === undefined || third === undefined) throw new MalformedEncoding('the APDU is cut short');
  switch (type) {
    case 0: {
      if (fourth === undefined) throw new MalformedEncoding('the APDU is cut short');
      // A segmented request has the sequence number and window in front of its service (clause 20.1.2).
      return { type: 'confirmed-request', invokeId: third, segmented, service: fourth, data: bytes.subarray(4) };
    }
    case 2:
      return { type: 'simple-ack', invokeId: second, service: third };
    case 3:
      return { type: 'complex-ack', invokeId: second, service: third, data: bytes.subarray(3) };
    case 4:
      return undefined;
    case 5:
      return { type: 'error', invokeId: second, service: third, data: bytes.subarray(3) };
    case 6:
      return { type: 'reject', invokeId: second, reason: third };
    case 7:
      return { type: 'abort', invokeId: second, reason: third, server: (first & 1) !== 0 };
    default:
      throw new MalformedEncoding(`APDU type ${type} is unknown`);
  }
}

/**
 * What is wrong with the tags of an application message, or undefined (ASHRAE 135-2020, clauses 6.2, 20.1 and 20.2.1).
 * The library looks for closing tags beyond the end of a message, and never comes back from one in which they do not match:
 * so nothing reaches it whose brackets do not close and whose lengths do not fit.
 */
export function tagFault(bytes: Uint8Array, npdu: number): string | undefined {
  const apdu = apduOffset(bytes, npdu);
  if (apdu === undefined) return undefined;
  const first = bytes[apdu];
  if (first === undefined) return 'no APDU behind the NPDU';
  const type = first >> 4;
  const data = dataOffsets[type];
  if (data === undefined) return undefined;
  if ((type === 0 || type === 3) && (first & 0x08) !== 0) return 'segmented, though this gateway takes no segments';
  return walk(bytes, apdu + data);
}

/** By type of APDU: where its tagged data begin. The other types have none. */
const dataOffsets: Readonly<Record<number, number>> = { 0: 4, 1: 2, 3: 3, 5: 3 };
const deepestNesting = 16;

/** Behind the NPDU's addresses (clause 6.2.2); undefined for a message of the network layer. */
function apduOffset(bytes: Uint8Array, npdu: number): number | undefined {
  const control = bytes[npdu + 1] ?? 0;
  if ((control & 0x80) !== 0) return undefined;
  let at = npdu + 2;
  const hasDestination = (control & 0x20) !== 0;
  if (hasDestination) at += 3 + (bytes[at + 2] ?? 0);
  if ((control & 0x08) !== 0) at += 3 + (bytes[at + 2] ?? 0);
  return hasDestination ? at + 1 : at;
}

function walk(bytes: Uint8Array, start: number): string | undefined {
  const open: number[] = [];
  let at = start;
  while (at < bytes.length) {
    const first = bytes[at] ?? 0;
    const extended = first >> 4 === 15;
    const number = extended ? (bytes[at + 1] ?? 0) : first >> 4;
    const context = (first & 8) !== 0;
    const kind = first & 7;
    at += extended ? 2 : 1;
    if (context && kind === 6) {
      if (open.push(number) > deepestNesting) return 'brackets nested too deeply';
    } else if (context && kind === 7) {
      if (open.pop() !== number) return `closing tag ${number} closes nothing`;
    } else if (context || number !== 1) {
      // Clause 20.2.3: a Boolean with an application tag has its value where others have their length.
      const { length, octets } = lengthAt(bytes, at, kind);
      at += octets + length;
      if (at > bytes.length) return 'a value that ends behind the message';
    }
  }
  return open.length > 0 ? `closing tag ${open.at(-1) ?? 0} is missing` : undefined;
}

/** Clause 20.2.1.3.1: in the tag itself, in the next octet, or in the two or four behind that. */
function lengthAt(bytes: Uint8Array, at: number, kind: number): { length: number; octets: number } {
  if (kind < 5) return { length: kind, octets: 0 };
  const short = bytes[at] ?? 0;
  if (short < 254) return { length: short, octets: 1 };
  const octets = short === 254 ? 2 : 4;
  let length = 0;
  for (let index = 1; index <= octets; index += 1) length = length * 256 + (bytes[at + index] ?? 0);
  return { length, octets: octets + 1 };
}

import type { Body } from './frame.ts';

/** One event of a SIA-DCS message (SIA DC-03/DC-04 data code with its modifiers). */
export interface SiaEvent {
  /** Two letters, such as BA. */
  readonly code: string;
  /** The digits after the code: a zone, a user or an area, depending on the code. */
  readonly address: string;
  /** By their letters: `ti` time, `da` date, `id` user, `ri` area, `pi` peripheral. */
  readonly modifiers: Readonly<Record<string, string>>;
  readonly text?: string;
}

export interface ContactId {
  /** 1 new event or opening, 3 restore or closing, 6 still present (SIA DC-05). */
  readonly qualifier: string;
  readonly event: string;
  readonly partition: string;
  readonly zone: string;
}

export type Content =
  | { readonly type: 'sia'; readonly events: readonly SiaEvent[] }
  | { readonly type: 'contact-id'; readonly contactId: ContactId }
  /** A supervision poll; some panels (Hikvision) put a payload of zeros into it, which means nothing. */
  | { readonly type: 'poll' }
  | { readonly type: 'unreadable' };

/** The account in front of the data: `#1234|`, and seen also without `#` (Prosec) or left out: `|`. */
const accountPattern = /^(?:#?[0-9A-Za-z]{1,16})?\|/;

/** Contact ID as seen on the wire, once the spaces are taken out: with and without message type (18, 98), account and check digit. */
const contactIdForms: readonly RegExp[] = [
  /^(\d)([0-9A-F]{3})([0-9A-F]{2})([0-9A-F]{3})$/i,
  // The check digit is not tested: the frame's CRC covers it, and panels disagree on whether the account counts.
  /^(?:18|98)(\d)([0-9A-F]{3})([0-9A-F]{2})([0-9A-F]{3})[0-9A-F]?$/i,
  /^[0-9A-F]{4}(?:18|98)(\d)([0-9A-F]{3})([0-9A-F]{2})([0-9A-F]{3})[0-9A-F]?$/i,
];

/** Reads the data block of a message according to its token. */
export function readContent(token: string, data: string): Content {
  if (token === 'NULL') return { type: 'poll' };
  const block = data.replace(accountPattern, '');
  if (token === 'ADM-CID') {
    const contactId = readContactId(block);
    return contactId ? { type: 'contact-id', contactId } : { type: 'unreadable' };
  }
  const events = readSiaEvents(block);
  return events.length > 0 ? { type: 'sia', events } : { type: 'unreadable' };
}

/** Reads a Contact ID block in any of its seen forms. */
export function readContactId(block: string): ContactId | undefined {
  const digits = block.replaceAll(' ', '');
  for (const form of contactIdForms) {
    const [, qualifier, event, partition, zone] = form.exec(digits) ?? [];
    if (qualifier !== undefined && event !== undefined && partition !== undefined && zone !== undefined) {
      return { qualifier, event: event.toUpperCase(), partition, zone };
    }
  }
  return undefined;
}

/** What can stand in a SIA block, tried in this order at each place. */
const siaParts = /([a-z]{2})([^A-Z/^|]*)|([A-Z]{2})([^/^|]*)|\^([^^]*)\^?|\|A([^|]*)|[^]/gy;

/**
 * Reads a SIA block: `N`, then modifiers and codes with `/` between them, or, as seen, with nothing between them (`ri1CL0`).
 * Text follows in `^…^` or after `|A` and belongs to the code in front of it. What fits nowhere is passed over.
 */
export function readSiaEvents(block: string): SiaEvent[] {
  // N marks a new event, O an old one (DC-04); O is also the first letter of codes, so it is a mark only in front of one.
  const marked = block.replace(/^N|^O(?=[A-Z]{2})/, '');
  const events: SiaEvent[] = [];
  let modifiers: Record<string, string> = {};
  for (const [, modifier, value, code, address, caretText, blockText] of marked.matchAll(siaParts)) {
    const text = caretText ?? blockText;
    const last = events.at(-1);
    if (modifier !== undefined) modifiers = { ...modifiers, [modifier]: value ?? '' };
    else if (code !== undefined) events.push({ code, address: address ?? '', modifiers });
    else if (text !== undefined && last !== undefined) events[events.length - 1] = { ...last, text: readText(text) };
  }
  return events;
}

/** Extended data (DC-09-2013 and 2021) that a dispatcher can use, by the letter that opens the block. */
const extendedNames: Readonly<Record<string, string>> = {
  I: 'text',
  L: 'location',
  M: 'mac',
  N: 'networkAddress',
  O: 'building',
  R: 'room',
  S: 'siteName',
  V: 'verification',
  X: 'longitude',
  Y: 'latitude',
  Z: 'altitude',
};

/** The extended blocks by name. Unknown letters are left to the raw frame. */
export function readExtended(extended: Body['extended']): Record<string, string> {
  const named: Record<string, string> = {};
  for (const block of extended) {
    const name = extendedNames[block.charAt(0)];
    if (name !== undefined) named[name] = readText(block.slice(1));
  }
  return named;
}

/** The time of occurrence (`[H…]`), which is not the time of sending when the message waited in the panel. */
export function occurrenceStamp(extended: Body['extended']): string | undefined {
  return extended.find((block) => block.startsWith('H'))?.replace(/^H_?/, '');
}

/** Text as the standard has it (Windows-1252) or as many panels send it (UTF-8). */
function readText(latin1: string): string {
  const bytes = Buffer.from(latin1, 'latin1');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes).trim();
  } catch {
    return new TextDecoder('windows-1252').decode(bytes).trim();
  }
}

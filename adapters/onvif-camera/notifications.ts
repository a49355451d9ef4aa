import type { EpochMs } from '../../src/domain/clock.ts';
import { MalformedReply } from './errors.ts';
import type { EndpointReference } from './requests.ts';
import { child, childrenOf, textAt } from './xml.ts';
import type { Element } from './xml.ts';

/** ONVIF Core, 9.4.1; `none` where a camera sends an event that is no property, or leaves the attribute out. */
export type PropertyOperation = 'Initialized' | 'Changed' | 'Deleted' | 'none';

/** One message of a pull (WS-BaseNotification 1.3, 3.2; ONVIF Core, 9.4). */
export interface Notification {
  /** As sent, with prefixes. */
  readonly topic: string;
  readonly operation: PropertyOperation;
  /** By the camera's clock. */
  readonly utcTime?: EpochMs;
  readonly source: ReadonlyMap<string, string>;
  readonly data: ReadonlyMap<string, string>;
}

export interface Subscription {
  readonly reference: EndpointReference;
  /** How long the camera keeps it, counted by the camera's own clock; undefined where it told no sensible times. */
  readonly lifetimeMs: number | undefined;
}

/**
 * Reads the reply to CreatePullPointSubscription.
 * @throws MalformedReply when there is no address in it.
 */
export function readSubscription(reply: Element, text: string): Subscription {
  const reference = child(reply, 'SubscriptionReference');
  const address = textAt(reference, 'Address');
  if (address === undefined) throw new MalformedReply('the subscription has no address', text);
  return { reference: { address, parameters: child(reference, 'ReferenceParameters')?.children ?? [] }, lifetimeMs: lifetimeOf(reply) };
}

/** From CurrentTime and TerminationTime of a reply. Both are the camera's, so its clock does not matter. Vista answers with no time left at all. */
export function lifetimeOf(reply: Element): number | undefined {
  const left = (timeOf(textAt(reply, 'TerminationTime')) ?? NaN) - (timeOf(textAt(reply, 'CurrentTime')) ?? NaN);
  return left > 0 ? left : undefined;
}

/** A message, or why it is none; with its text as it was on the wire. */
export type ReadNotification = (Notification | { readonly unreadable: string }) & { readonly raw: string };

/** Longer evidence than any camera's message; metadata that some put into it is cut off. */
const MAX_RAW = 8_192;

/** Reads the messages of a PullMessages reply, in their order. `text` is the whole reply. */
export function readNotifications(reply: Element, text: string): ReadNotification[] {
  const raw = rawNotifications(text);
  return childrenOf(reply, 'NotificationMessage').map((holder, at) => ({ ...readNotification(holder), raw: raw[at] ?? '' }));
}

function rawNotifications(text: string): string[] {
  // Each piece but the last ends a message; the captured end tags stand between the pieces.
  const pieces = text.split(/(<\/(?:[\w.-]+:)?NotificationMessage\s*>)/);
  return pieces.flatMap((piece, at) => {
    const start = at % 2 === 0 ? piece.search(/<(?:[\w.-]+:)?NotificationMessage[\s>]/) : -1;
    return start < 0 ? [] : [(piece.slice(start) + (pieces[at + 1] ?? '')).slice(0, MAX_RAW)];
  });
}

function readNotification(holder: Element): Notification | { readonly unreadable: string } {
  const topic = textAt(holder, 'Topic');
  if (topic === undefined) return { unreadable: 'a notification without a topic' };
  const message = child(holder, 'Message', 'Message');
  if (message === undefined) return { unreadable: `a notification of ${topic} without a message` };
  const utcTime = timeOf(message.attributes.get('UtcTime'));
  return {
    topic,
    operation: operationOf(message.attributes.get('PropertyOperation')),
    ...(utcTime !== undefined && { utcTime }),
    // `Key` names an instance as `Source` does (ONVIF Core, 9.4.1).
    source: new Map([...itemsOf(message, 'Source'), ...itemsOf(message, 'Key')]),
    data: new Map(itemsOf(message, 'Data')),
  };
}

function operationOf(told: string | undefined): PropertyOperation {
  return told === 'Initialized' || told === 'Changed' || told === 'Deleted' ? told : 'none';
}

function itemsOf(message: Element, part: string): [string, string][] {
  return childrenOf(child(message, part), 'SimpleItem').map(({ attributes }) => [attributes.get('Name') ?? '', attributes.get('Value') ?? '']);
}

/** xs:dateTime, with any fraction, `Z` or `+00:00`; without a zone it is UTC, as ONVIF wants it. */
function timeOf(text: string | undefined): EpochMs | undefined {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)?$/.exec(text?.trim() ?? '');
  if (match === null) return undefined;
  const [, seconds = '', fraction = '', zone = 'Z'] = match;
  const time = Date.parse(`${seconds}${fraction.slice(0, 4)}${zone}`);
  return Number.isFinite(time) ? time : undefined;
}

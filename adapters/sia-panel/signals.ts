import { createHash } from 'node:crypto';
import type { Details, DeviceSignal } from '../../src/domain/event.ts';
import type { PointId } from '../../src/domain/point.ts';
import { occurrenceStamp, readContent, readExtended } from './content.ts';
import type { Content } from './content.ts';
import { contactIdMeaning, siaMeaning } from './events.ts';
import type { Meaning } from './events.ts';
import { parseStamp } from './frame.ts';
import type { Body, Frame } from './frame.ts';
import type { ZoneAddress } from './options.ts';
import type { RepeatKeys } from './repeat-keys.ts';

/** A message that was received whole and, where it was encrypted, deciphered. */
export interface Message {
  readonly frame: Frame;
  readonly account: string;
  readonly body: Body;
  /** When it arrived, by our clock. */
  readonly arrivedAt: number;
  /** The frame as it was on the wire. */
  readonly raw: string;
  /** What was odd about the frame and was let pass. */
  readonly warning?: string;
  /** The offset of the clock by which [H…] was written, where the panel has been set since. */
  readonly writtenOffsetMs?: number;
  /** For a protocol that numbers nothing: what this message has in common with its repeats alone. */
  readonly run?: string;
}

/** Where a panel's events belong. */
export interface PanelPoints {
  readonly point: PointId;
  readonly zones: readonly { readonly id: PointId; readonly at: ZoneAddress }[];
}

/** A signal, and the further kind that it ends at its point. */
export interface MappedSignal {
  readonly signal: DeviceSignal;
  readonly alsoRestores?: DeviceSignal['kind'];
}

/** One code with the numbers that go with it. */
interface Happening {
  readonly meaning: Meaning;
  readonly zone?: string;
  readonly user?: string;
  readonly partition?: string;
  readonly text?: string;
  readonly content?: string;
}

/** The signals of a configured panel's message: on the zone where the panel names one that the site knows, on the panel otherwise. */
export function panelSignals(message: Message, points: PanelPoints, keys: RepeatKeys): MappedSignal[] {
  return happenings(message).map((happening, index) => {
    const { meaning } = happening;
    const zone = points.zones.find((each) => isZone(each.at, happening));
    const signal: DeviceSignal = {
      ...common(message, happening, index, keys),
      kind: meaning.kind,
      point: zone?.id ?? points.point,
      phase: meaning.phase,
      ...(meaning.initial && { initial: true }),
    };
    return { signal, ...(meaning.alsoRestores && { alsoRestores: meaning.alsoRestores }) };
  });
}

/** The signals of an account that the site does not know: shown on the receiver itself, whatever they say. */
export function strangerSignals(message: Message, receiver: PointId, keys: RepeatKeys): DeviceSignal[] {
  return happenings(message).map((happening, index) => ({
    ...common(message, happening, index, keys),
    kind: 'panel.message',
    point: receiver,
    phase: 'momentary',
  }));
}

/** The panel's clock minus ours; undefined where the message has no stamp or one that is no time. */
export function clockOffset({ body, arrivedAt }: Message): number | undefined {
  const stampedAt = body.stamp === undefined ? undefined : parseStamp(body.stamp);
  return stampedAt === undefined ? undefined : stampedAt - arrivedAt;
}

/** When it happened, by the clock of the panel at that time, where the message had to wait in the panel (`[H…]`). */
export function writtenAt({ body }: Message): number | undefined {
  return parseStamp(occurrenceStamp(body.extended) ?? '');
}

function happenings(message: Message): Happening[] {
  const content = readContent(message.frame.token, message.body.data);
  return happeningsOf(content, message.body.data);
}

function happeningsOf(content: Content, data: string): Happening[] {
  switch (content.type) {
    case 'poll':
      return [];
    case 'unreadable':
      // Taken and shown, rather than answered with DUH: panels repeat for ever what is refused, and block what comes behind it.
      return [{ meaning: { ...siaMeaning({ code: '' }), words: 'content that cannot be read' }, content: data }];
    case 'contact-id': {
      const { partition, zone } = content.contactId;
      return [{ meaning: contactIdMeaning(content.contactId), ...numbers(contactIdMeaning(content.contactId), zone, partition) }];
    }
    case 'sia':
      return content.events.map((event) => {
        const meaning = siaMeaning(event);
        const user = number(event.modifiers.id);
        return {
          meaning,
          ...(user !== undefined && { user }),
          ...numbers(meaning, event.address, event.modifiers.ri),
          ...(event.text !== undefined && { text: event.text }),
        };
      });
  }
}

function numbers({ address }: Meaning, field: string, partitionField: string | undefined): Pick<Happening, 'zone' | 'user' | 'partition'> {
  const value = number(field);
  const partition = number(partitionField) ?? (address === 'area' ? value : undefined);
  return {
    ...(address === 'zone' && value !== undefined && { zone: value }),
    ...(address === 'user' && value !== undefined && { user: value }),
    ...(partition !== undefined && { partition }),
  };
}

/** A number without leading zeros. Zero means "none" in every field (DC-03, DC-05). */
function number(field: string | undefined): string | undefined {
  return field?.trim().replace(/^0+/, '') || undefined;
}

function isZone(at: ZoneAddress, { zone, partition }: Happening): boolean {
  return zone !== undefined && Number(zone) === at.number && (at.partition === undefined || at.partition === Number(partition ?? 0));
}

function common(message: Message, happening: Happening, index: number, keys: RepeatKeys): Omit<DeviceSignal, 'kind' | 'point' | 'phase'> {
  const { body, raw } = message;
  // The stamp is the time of sending, by the panel's clock as well.
  const occurredAt = writtenAt(message) ?? parseStamp(body.stamp ?? '');
  const offset = message.writtenOffsetMs ?? clockOffset(message);
  const key = repeatKey(message, index);
  return {
    ...(occurredAt !== undefined && { occurredAt }),
    ...(offset !== undefined && { clockOffsetMs: offset }),
    details: details(message, happening),
    raw,
    ...(key !== undefined && { repeatKey: keys.current(key) }),
  };
}

function details({ account, frame, body, warning, run }: Message, { meaning, zone, user, partition, text, content }: Happening): Details {
  return {
    account,
    ...(run === undefined && { sequence: frame.sequence }),
    ...(meaning.code !== '' && { code: meaning.code }),
    words: meaning.words,
    ...(zone !== undefined && { zone }),
    ...(partition !== undefined && { partition }),
    ...(user !== undefined && { user }),
    ...readExtended(body.extended),
    ...(text !== undefined && { text }),
    ...(content !== undefined && { content }),
    ...(warning !== undefined && { warning }),
  };
}

/**
 * The same account, sequence and content again is a repeat (5.5.1.5). The stamp is no part of it: many panels stamp each
 * repeat anew. A panel that leaves the sequence at 0000 numbers nothing, so there the stamp must tell repeats from news.
 */
function repeatKey({ account, frame, body, run }: Message, index: number): string | undefined {
  if (run !== undefined) return `${account}/${run}/${index}`;
  const numbered = frame.sequence !== '0000';
  if (!numbered && body.stamp === undefined) return undefined;
  const content = [frame.token, body.data, ...body.extended, numbered ? '' : (body.stamp ?? '')].join('\n');
  return `${account}/${frame.sequence}/${createHash('sha256').update(content).digest('hex').slice(0, 16)}/${index}`;
}

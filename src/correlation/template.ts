import type { LocatedEvent } from '../domain/event.ts';
import { kinds } from '../domain/kinds.ts';
import type { PointId } from '../domain/point.ts';

/** What may stand in braces in a title or reason, and what each becomes. */
export const placeholders = {
  point: 'the name of the point that the event came from',
  door: 'the name of the door that the point is or serves; the name of the point where there is none',
  area: 'the name of the innermost area; the name of the point where there is none',
  device: 'the name of the device that reported it',
  unit: 'in words: the unit of the device that reported it, such as "unit 17 of Door controller"; the device where it has none',
  words: 'what happened in the words of the table of kinds, such as "forced open"',
  credential: 'the credential that the event names',
  seconds: 'in a rule with `lasts`: how long it had to last',
  when: 'in a rule that strengthens: "3 s before", "12 s after" or "at the same moment"',
  lead: 'in a rule that strengthens: the name of the point that opened the incident',
} as const;
type Placeholder = keyof typeof placeholders;

const inBraces = /\{([^{}]*)\}/g;

/** The names in braces that mean nothing. */
export function unknownPlaceholders(template: string): string[] {
  return [...template.matchAll(inBraces)].map(([, name]) => name ?? '').filter((name) => !(name in placeholders));
}

/** What a template is filled with besides the event itself. */
interface Filling {
  readonly seconds?: number;
  readonly lead?: LocatedEvent;
}

/** A template that is ready to be filled for a person: names instead of identifiers, the first letter a capital. */
export type Words = (event: LocatedEvent, names: (id: PointId) => string, filling?: Filling) => string;

/** Takes a template apart once, not for each event. */
export function words(template: string): Words {
  // Text and names in braces take turns.
  const parts = template.split(inBraces).map((part, index) => (index % 2 === 0 ? part : values[part as Placeholder]));
  return (event, names, filling = {}) => {
    let text = '';
    for (const part of parts) text += typeof part === 'string' ? part : part(event, names, filling);
    return text.charAt(0).toUpperCase() + text.slice(1);
  };
}

/** Fills a template once. */
export function render(template: string, event: LocatedEvent, names: (id: PointId) => string, filling: Filling = {}): string {
  return words(template)(event, names, filling);
}

const values: Record<Placeholder, (event: LocatedEvent, names: (id: PointId) => string, filling: Filling) => string> = {
  point: ({ point }, names) => names(point),
  door: ({ point, place }, names) => names(place.door ?? point),
  area: ({ point, place }, names) => names(place.areas[0] ?? point),
  device: ({ device }, names) => names(device),
  unit: ({ device, details }, names) => (details['unit'] === undefined ? names(device) : `unit ${String(details['unit'])} of ${names(device)}`),
  words: ({ kind, phase }) => (phase === 'restored' ? (kinds[kind].words.restored ?? kinds[kind].words.raised) : kinds[kind].words.raised),
  credential: ({ details }) => (details['credential'] === undefined ? 'an unknown credential' : String(details['credential'])),
  seconds: (_event, _names, { seconds }) => String(seconds ?? 0),
  when: (event, _names, { lead }) => (lead === undefined ? '' : interval(event.eventAt - lead.eventAt)),
  lead: (event, names, { lead }) => names((lead ?? event).point),
};

/** "3 s before", "12 s after". */
export function interval(ms: number): string {
  const seconds = Math.round(Math.abs(ms) / 1000);
  if (seconds === 0) return 'at the same moment';
  return `${seconds} s ${ms < 0 ? 'before' : 'after'}`;
}

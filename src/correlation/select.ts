import type { LocatedEvent } from '../domain/event.ts';
import type { PointType } from '../domain/point.ts';
import type { EventKind } from '../domain/kinds.ts';
import type { SiteFacts } from './site-facts.ts';

/** The part of a selector that looks at the event's kind and its point's type. */
interface KindSelector {
  readonly event: readonly EventKind[];
  readonly of?: readonly PointType[];
}

/** Whether the event is of one of the selector's kinds, at a point of one of its types. */
export function isOf({ event: wanted, of }: KindSelector, event: LocatedEvent, { typeOf }: Pick<SiteFacts, 'typeOf'>): boolean {
  if (!wanted.includes(event.kind)) return false;
  const type = of === undefined ? undefined : typeOf(event.point);
  return of === undefined || (type !== undefined && of.includes(type));
}

/** `raised` includes events without an end; an uncertain state is neither begin nor end. */
export function isPhase(wanted: 'raised' | 'restored', { phase }: LocatedEvent): boolean {
  return wanted === 'restored' ? phase === 'restored' : phase === 'raised' || phase === 'momentary';
}

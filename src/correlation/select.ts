import { phases } from '../domain/event.ts';
import type { LocatedEvent, Phase } from '../domain/event.ts';
import { eventKinds } from '../domain/kinds.ts';
import type { EventKind } from '../domain/kinds.ts';
import type { Seen } from './accounting.ts';
import { condition, constantOf } from './condition.ts';
import type { Constant } from './condition.ts';
import type { Runtime } from './runtime.ts';
import type { Selector } from './schema/selector.ts';
import type { SiteFacts } from './site-facts.ts';

/** Where a rule listens: `fits` depends on the event's kind, phase and point alone, and is asked once for each of these. */
export interface Slot {
  readonly rule: string;
  readonly kinds: readonly EventKind[];
  readonly phases: readonly Phase[];
  /** Nothing else of a kind and point concerns it than events with this detail. */
  readonly only?: Constant;
  fits(event: LocatedEvent): boolean;
  take(seen: Seen): void;
}

/** Whether the slot takes events of this kind and phase at this point. */
export function listens(slot: Slot, event: LocatedEvent): boolean {
  return slot.kinds.includes(event.kind) && slot.phases.includes(event.phase) && slot.fits(event);
}

/** A slot for what is done of an event when those slots have taken it, wherever any of them listens. */
export function slotAfter(slots: readonly Slot[], rule: string, take: () => void): Slot {
  return { rule, kinds: eventKinds, phases, fits: (event) => slots.some((each) => listens(each, event)), take };
}

/** The begins and ends of states: momentary events have no state, and an uncertain state stays what it was. */
export const stateChanges: readonly Phase[] = ['raised', 'restored'];

/** `raised` includes events without an end; an uncertain state is neither begin nor end. */
const phasesOf: Record<Selector['phase'], readonly Phase[]> = { raised: ['raised', 'momentary'], restored: ['restored'] };

/** A slot for the events of a selector, of the phase that it names or of others instead. */
export function slot(
  rule: string,
  selector: Selector,
  { site }: Pick<Runtime, 'site'>,
  take: (seen: Seen) => void,
  ofPhases = phasesOf[selector.phase],
): Slot {
  const isThere = at(selector);
  return { rule, kinds: selector.event, phases: ofPhases, fits: (event) => isThere(event) && isOfType(selector, event, site), take };
}

/** A slot for what a selector waits for, and nothing else. */
export function happening(rule: string, selector: Selector, runtime: Pick<Runtime, 'site' | 'threatLevel'>, take: (seen: Seen) => void): Slot {
  const passes = narrowing(selector, runtime);
  const only = selector.if === undefined ? undefined : constantOf(selector.if);
  const checked = (seen: Seen) => {
    // A state that was read on connecting is no news: nobody saw it begin.
    if (seen.event.initial !== true && passes(seen.event)) take(seen);
  };
  return { ...slot(rule, selector, runtime, checked), ...(only !== undefined && { only }) };
}

function isOfType({ of }: Selector, { point }: LocatedEvent, { typeOf }: Pick<SiteFacts, 'typeOf'>): boolean {
  const type = of === undefined ? undefined : typeOf(point);
  return of === undefined || (type !== undefined && of.includes(type));
}

const always = () => true;

/** Whether an event is where the selector says: the point itself, its door, its device, or an area that it lies in. */
export function at({ at: ids }: Selector): (event: LocatedEvent) => boolean {
  if (ids === undefined) return always;
  return ({ point, device, place }) => ids.some((id) => id === point || id === place.door || id === device || place.areas.includes(id));
}

/** What a selector asks of an event beyond its kind and point: schedule, threat level and condition; not the phase. */
export function narrowing(selector: Selector, { site, threatLevel }: Pick<Runtime, 'site' | 'threatLevel'>): (event: LocatedEvent) => boolean {
  const { during, outside, threat } = selector;
  const holds = selector.if === undefined ? undefined : condition(selector.if);
  if (during === undefined && outside === undefined && threat === undefined && holds === undefined) return always;
  return (event) =>
    (during === undefined || site.isDuring(during, event.eventAt) === true) &&
    (outside === undefined || site.isDuring(outside, event.eventAt) !== true) &&
    (threat === undefined || threat.includes(threatLevel(event.place.areas, event.eventAt))) &&
    (holds === undefined || holds(event, threatLevel(event.place.areas, event.eventAt)));
}

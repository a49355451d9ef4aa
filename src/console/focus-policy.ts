import type { Incident } from '../domain/incident.ts';
import { openIncidents } from './store.ts';

/** Which incident the dispatcher looks at, and which others want to be looked at. */
export interface Focus {
  /** Undefined: the overview. */
  readonly incident: string | undefined;
  /** Arrived while the dispatcher was busy; the notice line says so. */
  readonly waiting: string | undefined;
  /** What a new incident took the focus from, to go back to. */
  readonly back: string | undefined;
  /** How urgent each open incident was when the policy last looked; infinite once somebody has taken it. */
  readonly known: ReadonlyMap<string, number>;
}

export const noFocus: Focus = { incident: undefined, waiting: undefined, back: undefined, known: new Map() };

/** What came in at this step and is nobody's: new, raised again, or more urgent than before. Most urgent first. */
export function arrivals(known: ReadonlyMap<string, number>, incidents: ReadonlyMap<string, Incident>): readonly Incident[] {
  return openIncidents(incidents).filter(({ id, state, priority }) => state === 'new' && priority < (known.get(id) ?? Infinity));
}

/**
 * The focus after the incidents have changed.
 * @param typing whether the dispatcher writes or has a dialog open: then nothing may move.
 */
export function focusAfter(focus: Focus, incidents: ReadonlyMap<string, Incident>, typing: boolean): Focus {
  const open = openIncidents(incidents);
  const queued = new Map(open.map(({ id, state, priority }) => [id, state === 'new' ? priority : Infinity]));
  const isOpen = (id: string | undefined) => id !== undefined && queued.has(id);
  // What was looked up on the shelf stays in focus; what leaves the queue while it is in focus does not.
  const { incident: shown } = focus;
  const left = shown !== undefined && !isOpen(shown) && (focus.known.has(shown) || !incidents.has(shown));
  const known = left && typing ? queued.set(shown, Infinity) : queued;
  const kept: Focus = {
    incident: focus.incident,
    waiting: isNew(incidents, focus.waiting) ? focus.waiting : undefined,
    back: isOpen(focus.back) ? focus.back : undefined,
    known,
  };
  const [arrived] = arrivals(focus.known, incidents).filter(({ id }) => id !== focus.incident);
  if (!typing && left) return focusOn(kept, kept.waiting ?? open[0]?.id);
  // The first incidents of all, such as those that a console finds when it signs in.
  if (focus.incident === undefined && focus.known.size === 0) return focusOn(kept, open[0]?.id);
  if (arrived === undefined) return kept;
  const current = focus.incident === undefined ? undefined : incidents.get(focus.incident);
  if (!typing && yieldsTo(current, arrived)) return { ...focusOn(kept, arrived.id), back: isOpen(current?.id) ? current?.id : undefined };
  return { ...kept, waiting: moreUrgent(incidents.get(kept.waiting ?? ''), arrived).id };
}

/** The focus after the dispatcher chose `incident`, or the overview with undefined. */
export function focusOn(focus: Focus, incident: string | undefined): Focus {
  return { ...focus, incident, waiting: focus.waiting === incident ? undefined : focus.waiting, back: undefined };
}

/**
 * Whether a new incident may take the focus. An unacknowledged incident gives way only to a more urgent one. One that is being worked on gives way
 * also to its equals and to whatever is critical or high, but a device that went offline does not take the picture of an intruder away.
 */
function yieldsTo(current: Incident | undefined, arrived: Incident): boolean {
  if (current === undefined || current.state === 'closed' || current.state === 'resolved') return true;
  if (arrived.priority < current.priority) return true;
  return current.state !== 'new' && (arrived.priority <= 2 || arrived.priority === current.priority);
}

function isNew(incidents: ReadonlyMap<string, Incident>, id: string | undefined): boolean {
  return id !== undefined && incidents.get(id)?.state === 'new';
}

function moreUrgent(one: Incident | undefined, other: Incident): Incident {
  return one !== undefined && one.priority <= other.priority ? one : other;
}

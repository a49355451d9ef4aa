import { lookBackMs } from '../correlation/look-back.ts';
import type { Rule } from '../correlation/rule-schema.ts';
import type { EpochMs } from '../domain/clock.ts';
import type { SecurityEvent } from '../domain/event.ts';
import type { Incident } from '../domain/incident.ts';
import type { Measure } from '../domain/measure.ts';
import type { Site } from '../domain/site.ts';
import { keyOfOrigin } from '../incidents/joins.ts';
import { bookAt, inForceAt } from './as-then.ts';
import { Counterparts } from './counterparts.ts';
import { deedsSince } from './deeds.ts';
import { stateName } from '../intake/point-states.ts';
import { VirtualGateway } from './virtual-gateway.ts';

/** What is to be replayed. */
export interface Replay {
  readonly site: Site;
  readonly rules: readonly Rule[];
  /** The whole journal in its order, as far as `to`. */
  readonly events: Iterable<SecurityEvent>;
  /** The incidents as they were then: what people did to them is done again at the same time. */
  readonly then: readonly Incident[];
  /** What was shelved, out of service and on test. */
  readonly measures?: readonly Measure[];
  readonly from: EpochMs;
  readonly to: EpochMs;
}

export interface Replayed {
  /** The incidents that were opened between `from` and `to`. */
  readonly incidents: readonly Incident[];
  readonly events: number;
}

/** Plays journalled events to rules in virtual time, each when it arrived. The same journal and rules give the same incidents. */
export function replay({ site, rules, events, then, measures = [], from, to }: Replay): Replayed {
  const warmFrom = from - lookBackMs(rules, site);
  const before = new Map<string, SecurityEvent>();
  const deeds = [...deedsSince(from, then, measures)];
  const known = bookAt(from, then);
  const counterparts = new Counterparts(known);
  let gateway: VirtualGateway | undefined;
  let count = 0;
  const started = () => {
    if (gateway !== undefined) return gateway;
    gateway = new VirtualGateway(site, rules, warmFrom, { at: from, incidents: known, measures: inForceAt(from, measures) });
    for (const event of before.values()) gateway.take({ ...event, initial: true });
    return gateway;
  };
  const actUntil = (at: EpochMs) => {
    for (let next = deeds[0]; next !== undefined && next.at <= at; next = deeds[0]) {
      deeds.shift();
      started().advanceTo(next.at);
      next.again(started(), counterparts);
    }
  };
  for (const event of events) {
    if (event.receivedAt > to) break;
    if (event.receivedAt < warmFrom) {
      before.delete(stateName(event));
      before.set(stateName(event), event);
      continue;
    }
    actUntil(event.receivedAt);
    // A clock that was set back does not turn back what has happened.
    started().advanceTo(Math.max(event.receivedAt, started().now));
    started().take(event);
    if (event.receivedAt >= from) count += 1;
  }
  actUntil(to);
  started().advanceTo(to);
  started().close();
  return { incidents: within(started().incidents, from, to), events: count };
}

/** Those that were opened between two moments. */
export function within(incidents: readonly Incident[], from: EpochMs, to: EpochMs): readonly Incident[] {
  return incidents.filter(({ openedAt }) => openedAt >= from && openedAt <= to);
}

/** One line of the difference between the incidents then and now. */
export type Difference =
  | { readonly what: 'gone' | 'new'; readonly incident: Incident }
  | { readonly what: 'changed'; readonly then: Incident; readonly now: Incident; readonly how: readonly string[] };

/** Incidents are the same one when an event opened or repeated both under the same key. */
export function compare(then: readonly Incident[], now: readonly Incident[]): readonly Difference[] {
  const left = new Set(now);
  const found: Difference[] = [];
  for (const old of then) {
    const same = [...left].find((each) => keyOfOrigin(each.key) === keyOfOrigin(old.key) && sharesLead(each, old));
    if (same === undefined) {
      found.push({ what: 'gone', incident: old });
      continue;
    }
    left.delete(same);
    const how = changes(old, same);
    if (how.length > 0) found.push({ what: 'changed', then: old, now: same, how });
  }
  return [...found, ...[...left].map((incident): Difference => ({ what: 'new', incident }))];
}

function changes(then: Incident, now: Incident): readonly string[] {
  const priority = then.priority === now.priority ? [] : [`priority ${then.priority} -> ${now.priority}`];
  const [before, after] = [evidenceOf(then), evidenceOf(now)];
  const lost = [...before].filter((each) => !after.has(each)).map((each) => `without ${each}`);
  const gained = [...after].filter((each) => !before.has(each)).map((each) => `with ${each}`);
  return [...priority, ...lost, ...gained];
}

/** Which rule took which event for evidence. */
function evidenceOf({ evidence }: Incident): ReadonlySet<string> {
  return new Set(evidence.map(({ rule, kind, point, event }) => `${kind} at ${point} by ${rule} (event ${event})`));
}

function sharesLead(one: Incident, other: Incident): boolean {
  // What was merged into another has left its evidence there.
  if (one.evidence.length === 0 && other.evidence.length === 0) return one.openedAt === other.openedAt;
  const leads = new Set(leadsOf(one));
  return leadsOf(other).some((event) => leads.has(event));
}

function leadsOf({ evidence }: Incident): readonly string[] {
  return evidence.filter(({ role }) => role === 'lead' || role === 'repeat').map(({ event }) => event);
}

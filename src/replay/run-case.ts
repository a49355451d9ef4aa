import type { EpochMs } from '../domain/clock.ts';
import type { Phase, SecurityEvent } from '../domain/event.ts';
import type { Incident } from '../domain/incident.ts';
import { kinds } from '../domain/kinds.ts';
import { selectorsIn } from '../correlation/rule-schema.ts';
import type { Rule } from '../correlation/rule-schema.ts';
import type { Site } from '../domain/site.ts';
import { pointsOf } from '../domain/site.ts';
import type { ExpectedIncident, RuleCase } from './case-schema.ts';
import { placeOf, VirtualGateway } from './virtual-gateway.ts';

/** How a case is run: as written, with every event late by some hundred milliseconds, or with a restart after every event. */
export const variations = ['as written', 'late', 'restarted'] as const;
export type Variation = (typeof variations)[number];

export interface CaseResult {
  /** What differs from the expectation, in sentences. Empty: the case passes. */
  readonly failures: readonly string[];
  /** The rules that found something. */
  readonly found: ReadonlySet<string>;
}

/** Shorter than a rule waits for messages on their way, so that the outcome must be the same. */
const MOST_LATE_MS = 400;
/** When all is there and judged. */
const SETTLED_MS = 1000;

/** Runs one case in virtual time. */
export function runCase(site: Site, rules: readonly Rule[], each: RuleCase, variation: Variation): CaseResult {
  const startsAt = Date.parse(each.starts);
  const gateway = new VirtualGateway(site, rules, startsAt);
  const failures: string[] = [];
  const fail = (message: string) => failures.push(message);
  const steps: { at: EpochMs; order: number; act: () => void }[] = [];
  const step = (at: EpochMs, order: number, act: () => void) => steps.push({ at, order, act });

  for (const rule of each.quiet) {
    if (
      !isLookedAt(
        rules.find(({ id }) => id === rule),
        each.events,
        site,
      )
    )
      fail(`"quiet" names "${rule}", which looks at no event of the case: it would be quiet whatever it said`);
  }

  const devices = new Map(pointsOf(site).map(({ id, device }) => [id, device]));
  for (const [index, given] of each.events.entries()) {
    const eventAt = startsAt + given.at.ms;
    const arrivesAt = Math.max(eventAt, startsAt + (given.arrives?.ms ?? 0)) + (variation === 'late' ? (index * 137) % MOST_LATE_MS : 0);
    const event: SecurityEvent = {
      id: `event-${index + 1}`,
      seq: index + 1,
      kind: given.event,
      point: given.point,
      phase: phaseOf(given),
      device: devices.get(given.point) ?? given.point,
      receivedAt: arrivesAt,
      eventAt,
      details: given.details,
    };
    step(arrivesAt, 0, () => gateway.take(event));
    if (variation === 'restarted') step(arrivesAt + 1, 1, () => gateway.restart());
  }
  if (each.restart !== undefined) step(startsAt + each.restart.ms, 1, () => gateway.restart());
  // In the late variation only the end counts: until then more may be on its way than the author thought of.
  const looks = variation === 'late' ? each.expect.slice(-1) : each.expect;
  for (const { after, incidents, bookmarks } of looks) {
    step(startsAt + after.ms + (variation === 'late' ? SETTLED_MS : 0), 2, () => {
      for (const message of differences(incidents, gateway.incidents)) fail(`after ${after.ms / 1000} s: ${message}`);
      const kept = [...new Set(gateway.effects.filter(({ effect }) => effect === 'bookmark').map(({ rule }) => rule))].sort().join(', ');
      if (bookmarks !== undefined && kept !== bookmarks.toSorted().join(', '))
        fail(`after ${after.ms / 1000} s: video was kept by ${kept || 'no rule'} instead of ${bookmarks.join(', ') || 'none'}`);
    });
  }
  for (const { at, act } of steps.sort((a, b) => a.at - b.at || a.order - b.order)) {
    gateway.advanceTo(at);
    act();
  }
  gateway.close();
  const found = new Set([...gateway.incidents.flatMap(rulesOf), ...gateway.effects.map(({ rule }) => rule)]);
  for (const rule of each.quiet) if (found.has(rule)) fail(`the rule "${rule}" found something`);
  return { failures, found };
}

type GivenEvent = RuleCase['events'][number];

function phaseOf({ event, phase }: GivenEvent): Phase {
  return phase ?? (kinds[event].words.restored === undefined ? 'momentary' : 'raised');
}

/** Whether an event is of a kind and phase, and at a type of point, for which a selector of the rule asks. */
function isLookedAt(rule: Rule | undefined, events: readonly GivenEvent[], site: Site): boolean {
  const types = new Map([...pointsOf(site).map(({ id, type }) => [id, type] as const), ...site.devices.map(({ id }) => [id, 'device'] as const)]);
  const selectors = rule === undefined ? [] : selectorsIn(rule);
  return events.some((given) =>
    selectors.some(({ event, phase, of }) => {
      const type = types.get(given.point);
      const fits = of === undefined || (type !== undefined && of.includes(type));
      return fits && event.includes(given.event) && (phaseOf(given) === 'restored') === (phase === 'restored');
    }),
  );
}

function differences(expected: readonly ExpectedIncident[], actual: readonly Incident[]): string[] {
  const left = [...actual];
  const missing: ExpectedIncident[] = [];
  for (const each of expected) {
    const index = left.findIndex((incident) => fits(each, incident));
    if (index === -1) missing.push(each);
    else left.splice(index, 1);
  }
  return [
    ...missing.map(
      (each) => `missing: ${describeExpected(each)}; there ${left.length === 0 ? 'is nothing else' : `is ${left.map(describe).join('; ')}`}`,
    ),
    ...(missing.length > 0 ? [] : left.map((incident) => `not expected: ${describe(incident)}`)),
  ];
}

function fits(expected: ExpectedIncident, incident: Incident): boolean {
  return (
    incident.kind === expected.incident &&
    placeOf(incident) === expected.at &&
    (expected.priority === undefined || incident.priority === expected.priority) &&
    (expected.state === undefined || incident.state === expected.state) &&
    (expected.condition === undefined || incident.condition === expected.condition) &&
    (expected.rules === undefined || rulesOf(incident).join() === expected.rules.toSorted().join())
  );
}

export function rulesOf({ evidence }: Incident): string[] {
  return [...new Set(evidence.filter(({ role }) => role !== 'restore').map(({ rule }) => rule))].sort();
}

function describe(incident: Incident): string {
  const { kind, priority, state, condition } = incident;
  return `${kind} at ${placeOf(incident)}, priority ${priority}, ${state}, ${condition}, by ${rulesOf(incident).join(', ')}`;
}

function describeExpected({ incident, at, priority, state, condition, rules }: ExpectedIncident): string {
  const wanted = [
    `${incident} at ${at}`,
    priority === undefined ? undefined : `priority ${priority}`,
    state,
    condition,
    rules && `by ${rules.join(', ')}`,
  ];
  return wanted.filter((each) => each !== undefined).join(', ');
}

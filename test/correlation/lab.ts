import type { Observable } from 'rxjs';
import { filter, map, Subject, VirtualTimeScheduler } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import assert from 'node:assert/strict';
import type { CorrelationContext } from '../../src/correlation/context.ts';
import { correlate } from '../../src/correlation/engine.ts';
import { readRules } from '../../src/correlation/read-rules.ts';
import type { Rule } from '../../src/correlation/rule-schema.ts';
import type { SiteFacts } from '../../src/correlation/site-facts.ts';
import type { Effect } from '../../src/domain/effect.ts';
import type { LocatedEvent, Phase, Place } from '../../src/domain/event.ts';
import type { Finding } from '../../src/domain/incident.ts';
import type { EventKind } from '../../src/domain/kinds.ts';
import type { PointType } from '../../src/domain/point.ts';
import { nowhere } from '../support/nowhere.ts';

/** A small site: what rules know of it, without a site file. */
const points: Record<string, { name: string; type: PointType; place: Place }> = {
  'door-server': { name: 'Server room door', type: 'door', place: place('server-room', ['cam-server'], 'door-server') },
  'reader-server': { name: 'Server room reader', type: 'reader', place: place('server-room', ['cam-server'], 'door-server') },
  'door-main': { name: 'Main entrance', type: 'door', place: place('lobby', ['cam-lobby'], 'door-main') },
  'reader-main': { name: 'Main entrance reader', type: 'reader', place: place('lobby', ['cam-lobby'], 'door-main') },
  'cam-server': { name: 'Server room camera', type: 'camera', place: place('server-room', ['cam-server']) },
  'cam-lobby': { name: 'Lobby camera', type: 'camera', place: place('lobby', ['cam-lobby']) },
  'zone-1': { name: 'Server room motion detector', type: 'zone', place: place('server-room', ['cam-server']) },
  'zone-2': { name: 'Server room window', type: 'zone', place: place('server-room', ['cam-server']) },
  'zone-3': { name: 'Lobby glass break', type: 'zone', place: place('lobby', ['cam-lobby']) },
  'panel-main': { name: 'Alarm panel', type: 'panel', place: place('lobby', []) },
  'ctl-main': { name: 'Door controller', type: 'device', place: place('campus', []) },
};

function place(area: string, cameras: readonly string[], door?: string): Place {
  return { areas: area === 'campus' ? [area] : [area, 'campus'], cameras, ...(door !== undefined && { door }) };
}

const adjacent: Readonly<Record<string, readonly string[]>> = {
  'server-room': ['lobby'],
  lobby: ['server-room'],
  'door-inner': ['door-outer'],
  'door-outer': ['door-inner'],
};

export const labFacts: SiteFacts = {
  name: (id) => points[id]?.name ?? id,
  typeOf: (id) => points[id]?.type,
  heldAfterSeconds: (door) => (door === 'door-server' ? 20 : undefined),
  adjacentTo: (id) => adjacent[id] ?? [],
  isDuring: (schedule) => (schedule === 'always' ? true : schedule === 'never' ? false : undefined),
};

export type EventFields = Partial<Omit<LocatedEvent, 'kind' | 'point' | 'eventAt'>>;

/** An event that happened at `eventAt`; its identifier says what and when. */
export function event(kind: EventKind, point: string, eventAt: number, phase: Phase = 'raised', fields: EventFields = {}): LocatedEvent {
  return {
    id: `${kind}/${phase}@${eventAt}`,
    seq: 1,
    kind,
    point,
    phase,
    device: 'ctl-main',
    receivedAt: eventAt,
    eventAt,
    details: {},
    ...nowhere(point),
    ...(points[point] !== undefined && { place: points[point].place }),
    ...fields,
  };
}

/** Rules as a file would write them. */
export function rulesOf(...rules: readonly unknown[]): readonly Rule[] {
  const read = readRules([{ file: 'test.yaml', document: { rules } }]);
  assert.deepEqual(read.problems, []);
  return read.rules;
}

/**
 * What one rule makes of events as they arrive, both as marbles: `o` an incident is opened (or the same said again), `t` it is taken back,
 * `e` an event becomes evidence, `r` it is over.
 */
export function expectMoments(rule: Record<string, unknown>, arrivals: string, events: Record<string, LocatedEvent>, moments: string): void {
  const opens = { incident: 'found', priority: 3, reason: 'found' };
  const rules = rulesOf({ id: 'tried', title: 'found', opens, ...rule });
  inVirtualTime(({ hot, expectObservable }, context) => {
    const found$ = findingsOf(correlate(arriving(hot(arrivals, events), context), rules, context)).pipe(
      map((found) => (found.type === 'lead' ? 'o' : found.type === 'support' ? 'e' : found.reason.startsWith('Taken back') ? 't' : 'r')),
    );
    expectObservable(found$).toBe(moments);
  });
}

/** Events are received when they arrive in virtual time, whenever they happened. */
export function arriving(events$: Observable<LocatedEvent>, { scheduler }: Pick<CorrelationContext, 'scheduler'>): Observable<LocatedEvent> {
  return events$.pipe(map((each) => ({ ...each, receivedAt: scheduler.now() })));
}

/** What each rule finds, and by which event, until nothing is waited for any more; events arrive when they were received. */
export function found(rules: readonly Record<string, unknown>[], ...events: readonly LocatedEvent[]): readonly string[] {
  const scheduler = new VirtualTimeScheduler();
  const events$ = new Subject<LocatedEvent>();
  const findings: string[] = [];
  findingsOf(correlate(events$, rulesOf(...rules), { scheduler, site: labFacts })).subscribe(({ type, rule, event: { id } }) => {
    findings.push(`${type} ${rule} ${id}`);
  });
  for (const each of events) scheduler.schedule(() => events$.next(each), each.receivedAt);
  scheduler.flush();
  return findings;
}

/** Runs a test in virtual time; marble frames are milliseconds, and so are the events' times. */
export function inVirtualTime(test: (helpers: Parameters<Parameters<TestScheduler['run']>[0]>[0], context: CorrelationContext) => void): void {
  const scheduler = new TestScheduler((actual, expected) => assert.deepEqual(actual, expected));
  scheduler.run((helpers) => test(helpers, { scheduler, site: labFacts }));
}

/** Without the effects. */
export function findingsOf(found$: Observable<Finding | Effect>): Observable<Finding> {
  return found$.pipe(filter((found) => found.type !== 'effect'));
}

/** A finding in one line: its type, its incident, its rule and its priority or effect. */
export function inShort(found$: Observable<Finding | Effect>): Observable<string> {
  return findingsOf(found$).pipe(
    map((finding) => {
      const effect =
        finding.type === 'lead'
          ? `P${finding.priority}`
          : finding.type === 'support'
            ? `-${finding.raisePriorityBy}`
            : finding.resolves
              ? 'resolves'
              : 'normal';
      return `${finding.type} ${finding.incidentKey} by ${finding.rule} ${effect}`;
    }),
  );
}

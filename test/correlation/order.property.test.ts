import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { Subject, VirtualTimeScheduler } from 'rxjs';
import { correlate } from '../../src/correlation/engine.ts';
import type { LocatedEvent, Phase } from '../../src/domain/event.ts';
import type { Finding } from '../../src/domain/incident.ts';
import type { EventKind } from '../../src/domain/kinds.ts';
import { apply, bookFrom, incidentsOf } from '../../src/incidents/book.ts';
import { event, labFacts } from './lab.ts';
import { shipped } from './shipped-rules.ts';

interface Arrival {
  readonly event: LocatedEvent;
  readonly arrivesAt: number;
}

/** What can happen at a door, one thing each second: states alternate, as devices tell them. */
const happenings: [EventKind, string, 'state' | 'momentary'][] = [
  ['door.open', 'door-server', 'state'],
  ['door.open', 'door-server', 'state'],
  ['door.unlocked', 'door-server', 'state'],
  ['door.forced', 'door-server', 'state'],
  ['access.granted', 'reader-server', 'momentary'],
  ['access.denied', 'reader-server', 'momentary'],
  ['video.motion', 'cam-server', 'state'],
  ['intrusion.alarm', 'zone-1', 'state'],
];

const history = fc
  .array(fc.record({ what: fc.integer({ min: 0, max: happenings.length - 1 }), gap: fc.constantFrom(1, 1, 2, 7, 25) }), { maxLength: 40 })
  .map((steps) => {
    const raised = new Set<string>();
    let at = 0;
    return steps.map(({ what, gap }): LocatedEvent => {
      const [kind, point, type] = happenings[what]!;
      at += gap * 1000;
      const phase: Phase = type === 'momentary' ? 'momentary' : raised.delete(kind) ? 'restored' : 'raised';
      if (phase === 'raised') raised.add(kind);
      return event(kind, point, at, phase);
    });
  });

const delayed = (mostMs: number) =>
  history.chain((events) =>
    fc.tuple(fc.constant(events), fc.array(fc.integer({ min: 0, max: mostMs }), { minLength: events.length, maxLength: events.length })),
  );

function findingsOf(arrivals: readonly Arrival[]): Finding[] {
  const scheduler = new VirtualTimeScheduler();
  const events$ = new Subject<LocatedEvent>();
  const found: Finding[] = [];
  const subscription = correlate(events$, shipped.rules, { scheduler, site: labFacts }).subscribe((each) => {
    if (each.type !== 'effect') found.push(each);
  });
  for (const { event, arrivesAt } of arrivals) scheduler.schedule(() => events$.next({ ...event, receivedAt: arrivesAt }), arrivesAt);
  scheduler.flush();
  subscription.unsubscribe();
  return found;
}

const inOrder = (events: readonly LocatedEvent[]) => findingsOf(events.map((event) => ({ event, arrivesAt: event.eventAt })));
const late = (events: readonly LocatedEvent[], delays: readonly number[]) =>
  findingsOf(events.map((event, index) => ({ event, arrivesAt: event.eventAt + (delays[index] ?? 0) })));

const ids = (findings: readonly Finding[]) => [...new Set(findings.map(({ type, incidentKey, id }) => `${type} ${incidentKey} ${id}`))].sort();

/** The incidents that still want somebody, whether what raised them stands, and their priorities. */
function pending(findings: readonly Finding[]): { what: string[]; priorities: number[] } {
  const book = findings.reduce((before, finding) => apply(before, { type: 'finding', finding }).book, bookFrom([]));
  const waiting = incidentsOf(book)
    .filter(({ state }) => state === 'new')
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  return { what: waiting.map(({ key, condition }) => `${key} ${condition}`), priorities: waiting.map(({ priority }) => priority) };
}

describe('events that arrive out of order', () => {
  it('lead to the same findings when they are late by less than a rule waits', () => {
    fc.assert(
      fc.property(delayed(450), ([events, delays]) => assert.deepEqual(ids(late(events, delays)), ids(inOrder(events)))),
      { numRuns: 400 },
    );
  });

  it('lead to the same pending incidents, and none less urgent, when they are up to 5 s late', () => {
    fc.assert(
      fc.property(delayed(4500), ([events, delays]) => {
        const expected = pending(inOrder(events));
        const found = pending(late(events, delays));
        assert.deepEqual(found.what, expected.what);
        // What strengthened a conclusion that was taken back has raised the priority for good.
        for (const [index, priority] of found.priorities.entries()) assert.ok(priority <= (expected.priorities[index] ?? 0));
      }),
      { numRuns: 400 },
    );
  });
});

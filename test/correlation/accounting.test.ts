import assert from 'node:assert/strict';
import { Subject, VirtualTimeScheduler } from 'rxjs';
import { Accounting } from '../../src/correlation/accounting.ts';
import type { CorrelationContext } from '../../src/correlation/context.ts';
import { correlate } from '../../src/correlation/engine.ts';
import type { LocatedEvent } from '../../src/domain/event.ts';
import type { Finding } from '../../src/domain/incident.ts';
import { event, findingsOf, labFacts, rulesOf } from './lab.ts';

const opens = { incident: 'found', priority: 3, reason: 'found' };
const rules = rulesOf(
  { id: 'opened', title: 'opened', when: { event: 'door.open' }, unless: [{ event: 'access.granted', within: '10s', by: 'door' }], opens },
  { id: 'held', title: 'held', when: { event: 'door.held' }, opens, restoredBy: { event: 'door.held' } },
  { id: 'lobby', suppresses: { event: 'door.held', at: 'lobby' }, reason: 'deliveries' },
  { id: 'motion', strengthens: ['found'], with: 'video.motion', by: 'covers', before: '60s', within: '60s', raisesPriorityBy: 1, reason: 'seen' },
);

function run(context: Partial<CorrelationContext>, events: readonly LocatedEvent[], untilMs: number, used = rules): Finding[] {
  const scheduler = new VirtualTimeScheduler(undefined, untilMs);
  const events$ = new Subject<LocatedEvent>();
  const found: Finding[] = [];
  const subscription = findingsOf(correlate(events$, used, { site: labFacts, scheduler, ...context })).subscribe((each) => found.push(each));
  for (const each of events) scheduler.schedule(() => events$.next(each), each.eventAt);
  scheduler.flush();
  subscription.unsubscribe();
  return found;
}

describe('the accounting of events', () => {
  const accounts = (events: readonly LocatedEvent[], untilMs: number) => {
    const accounting = new Accounting();
    run({ accounting }, events, untilMs);
    const counts = (['attached', 'waiting', 'suppressed', 'informational'] as const).map((outcome) => accounting.count(outcome));
    assert.equal(
      counts.reduce((sum, count) => sum + count, 0),
      accounting.taken,
      'every event has one outcome',
    );
    assert.equal(accounting.taken, events.length);
    return {
      counts: Object.fromEntries(['attached', 'waiting', 'suppressed', 'informational'].map((name, index) => [name, counts[index]])),
      accounting,
    };
  };

  it('knows of every event what became of it, and by which rule it was suppressed', () => {
    const { counts, accounting } = accounts(
      [
        event('access.granted', 'reader-server', 0, 'momentary'),
        event('door.open', 'door-server', 1000),
        event('door.open', 'door-main', 2000),
        event('door.held', 'door-main', 3000),
        event('panel.armed', 'panel-main', 4000),
      ],
      60_000,
    );
    assert.deepEqual(counts, { attached: 1, waiting: 0, suppressed: 2, informational: 2 });
    assert.deepEqual([...accounting.suppressed].sort(), [
      ['lobby', 1],
      ['opened', 1],
    ]);
  });

  it('counts an event as waiting while a rule has yet to judge it', () => {
    assert.deepEqual(accounts([event('door.open', 'door-main', 1000)], 1200).counts, { attached: 0, waiting: 1, suppressed: 0, informational: 0 });
  });

  it('moves what was informational when it becomes evidence', () => {
    const motion = event('video.motion', 'cam-server', 0);
    assert.equal(accounts([motion], 60_000).counts['informational'], 1);
    assert.deepEqual(accounts([motion, event('door.held', 'door-server', 9000)], 60_000).counts, {
      attached: 2,
      waiting: 0,
      suppressed: 0,
      informational: 0,
    });
  });

  it('suppresses no critical event: a file that tries is refused', () => {
    assert.throws(
      () => rulesOf({ id: 'mask', suppresses: { event: ['door.held', 'fire.alarm'] }, reason: 'r' }),
      /fire\.alarm is critical and no rule may suppress it/,
    );
  });
});

describe('an exception inside a rule', () => {
  it('is counted and told, and neither the rule nor the others stop', () => {
    const accounting = new Accounting();
    const told: string[] = [];
    let failing = true;
    const site = {
      ...labFacts,
      heldAfterSeconds: () => {
        if (failing) throw new Error('broken');
        return 20;
      },
    };
    const both = rulesOf(
      { id: 'breaks', title: 'b', when: { event: 'door.open' }, lasts: 'door.heldAfterSeconds', opens: { ...opens, incident: 'broken' } },
      { id: 'works', title: 'w', when: { event: 'door.open' }, opens },
    );
    const events = [event('door.open', 'door-server', 0), event('door.open', 'door-main', 1000)];
    const context = {
      accounting,
      site,
      failed: (rule: string) => {
        told.push(rule);
        failing = false;
      },
    };
    const found = run(context, events, 60_000, both);
    assert.deepEqual(found.map(({ rule }) => rule).sort(), ['breaks', 'works', 'works']);
    assert.deepEqual([told, [...accounting.failures]], [['breaks'], [['breaks', 1]]]);
  });
});

describe('the threat level', () => {
  it('is asked for the areas of the event', () => {
    const asked: (readonly string[])[] = [];
    const high = rulesOf({ id: 'high', title: 'h', when: { event: 'door.held', threat: ['high'] }, opens });
    const threatLevel = (areas: readonly string[]) => {
      asked.push(areas);
      return areas.includes('server-room') ? 'high' : 'normal';
    };
    const found = run({ threatLevel }, [event('door.held', 'door-server', 0), event('door.held', 'door-main', 1)], 1000, high);
    assert.deepEqual(
      found.map(({ incidentKey }) => incidentKey),
      ['found@door-server'],
    );
    assert.deepEqual(asked, [
      ['server-room', 'campus'],
      ['lobby', 'campus'],
    ]);
  });
});

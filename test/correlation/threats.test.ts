import assert from 'node:assert/strict';
import { Subject, VirtualTimeScheduler } from 'rxjs';
import { correlate } from '../../src/correlation/engine.ts';
import { readRules } from '../../src/correlation/read-rules.ts';
import type { LocatedEvent } from '../../src/domain/event.ts';
import type { Finding } from '../../src/domain/incident.ts';
import type { ThreatLevel } from '../../src/domain/threat.ts';
import { apply, bookFrom, incidentsOf } from '../../src/incidents/book.ts';
import { event, labFacts, rulesOf } from './lab.ts';

const setBy = { roles: ['dispatcher'], accounts: [] } as const;
const level = (id: string, severity: number, raisesPriorityBy: number): ThreatLevel => {
  return {
    id,
    title: id === 'lockdown' ? 'Lock-down' : 'Elevated',
    sign: '■',
    severity,
    except: [],
    afterwards: 'as-before',
    raisesPriorityBy,
    setBy,
  };
};
const levels = [level('elevated', 10, 1), level('lockdown', 50, 2)];
const site = { ...labFacts, threatLevel: (id: string) => levels.find((each) => each.id === id) };
const opens = { incident: 'found', priority: 4, reason: 'found' };

const set = (at: number, point: string, id: string, phase: 'raised' | 'restored' = 'raised'): LocatedEvent =>
  event('threat.level', point, at, phase, { id: `threat ${at}`, details: { scope: point === 'site' ? 'site' : 'area', level: id } });
const held = (at: number, point: string) => event('door.held', point, at);

function found(rule: Record<string, unknown>, events: readonly LocatedEvent[]): Finding[] {
  const all: Finding[] = [];
  const arriving = new Subject<LocatedEvent>();
  const rules = rulesOf({ id: 'tried', title: 'found', opens, ...rule });
  const running = correlate(arriving, rules, { site, scheduler: new VirtualTimeScheduler() }).subscribe((one) => {
    if (one.type !== 'effect') all.push(one);
  });
  for (const each of events) arriving.next(each);
  running.unsubscribe();
  return all;
}

const pointsFound = (rule: Record<string, unknown>, events: readonly LocatedEvent[]) =>
  found(rule, events).map(({ event: { point, eventAt } }) => `${point}@${eventAt}`);

describe('threat levels in the journal', () => {
  it('hold for rules from the moment at which they were set to that at which they were lifted, where they were set and within', () => {
    const events = [
      held(1, 'door-server'),
      set(10, 'campus', 'lockdown'),
      held(11, 'door-server'),
      held(12, 'door-main'),
      set(20, 'campus', 'lockdown', 'restored'),
      held(21, 'door-server'),
      set(30, 'lobby', 'lockdown'),
      held(31, 'door-server'),
      held(32, 'door-main'),
    ];
    assert.deepEqual(pointsFound({ when: { event: 'door.held', threat: ['lockdown'] } }, events), ['door-server@11', 'door-main@12', 'door-main@32']);
    assert.deepEqual(pointsFound({ when: { event: 'door.held', threat: ['normal'] } }, events), [
      'door-server@1',
      'door-server@21',
      'door-server@31',
    ]);
  });

  it('are read by conditions', () => {
    const events = [held(1, 'door-server'), set(10, 'site', 'elevated'), held(11, 'door-server')];
    assert.deepEqual(pointsFound({ when: { event: 'door.held', if: "threat in ['elevated', 'lockdown']" } }, events), ['door-server@11']);
  });

  it('give a place the most severe level of those that hold there', () => {
    const events = [set(1, 'site', 'lockdown'), set(2, 'server-room', 'elevated'), held(3, 'door-server')];
    assert.deepEqual(pointsFound({ when: { event: 'door.held', threat: ['lockdown'] } }, events), ['door-server@3']);
  });

  it('are those of the time at which something happened, not at which it was told', () => {
    const late = { ...held(9, 'door-server'), receivedAt: 12 };
    assert.deepEqual(pointsFound({ when: { event: 'door.held', threat: ['lockdown'] } }, [set(10, 'site', 'lockdown'), late]), []);
  });

  it('make incidents more urgent, which the arithmetic says', () => {
    const findings = found({ when: { event: 'door.held' } }, [set(1, 'site', 'lockdown'), held(2, 'door-server')]);
    const book = findings.reduce((before, finding) => apply(before, { type: 'finding', finding }).book, bookFrom([]));
    assert.deepEqual(incidentsOf(book)[0]?.priorityBecause, [
      { priority: 4, because: 'Found' },
      { priority: 2, because: 'Threat level Lock-down: +2' },
    ]);
  });

  it('raise an open incident when the same is found again while they hold', () => {
    const findings = found({ when: { event: 'door.held' } }, [held(1, 'door-server'), set(2, 'site', 'elevated'), held(3, 'door-server')]);
    const book = findings.reduce((before, finding) => apply(before, { type: 'finding', finding }).book, bookFrom([]));
    assert.equal(incidentsOf(book)[0]?.priorityBecause.at(-1)?.because, 'Found; threat level Elevated: +1');
  });

  it('must be declared for a rule to name them', () => {
    const document = { rules: [{ id: 'a', title: 'a', when: { event: 'door.held', threat: ['lockdwon'] }, opens }] };
    const names = { places: new Set<string>(), schedules: new Set<string>(), threatLevels: new Set(['lockdown']) };
    assert.match(readRules([{ file: 'a', document }], names).problems[0]?.message ?? '', /no threat level "lockdwon"; it has: normal, lockdown/);
  });
});

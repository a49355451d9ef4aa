import assert from 'node:assert/strict';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { readRules } from '../../src/correlation/read-rules.ts';
import type { SecurityEvent } from '../../src/domain/event.ts';
import type { EventKind } from '../../src/domain/kinds.ts';
import type { Incident } from '../../src/domain/incident.ts';
import type { Site } from '../../src/domain/site.ts';
import { readCases } from '../../src/replay/case-file.ts';
import { VirtualGateway } from '../../src/replay/virtual-gateway.ts';

const { site: small } = readCases(join(import.meta.dirname, '..', '..', 'config', 'rules', 'tests', 'doors.yaml'));
/** More doors in one area than one event strengthens incidents, and a threat level. */
const doors = Array.from({ length: 12 }, (_, index) => `door-${index + 1}`);
const site: Site = {
  ...small,
  doors: [
    ...small.doors,
    ...doors.map((id): Site['doors'][number] => {
      return { id, type: 'door', name: id, area: 'lobby', device: 'controller', heldAfterSeconds: 20, commands: [], at: {} };
    }),
  ],
  schedules: [{ id: 'noon', name: 'Noon', weekly: [{ days: ['thu'], from: '13:01', to: '13:04' }] }],
  threatLevels: [
    {
      id: 'lockdown',
      title: 'Lock-down',
      sign: '!',
      severity: 50,
      except: [],
      afterwards: 'as-before',
      raisesPriorityBy: 0,
      setBy: { roles: ['dispatcher'], accounts: [] },
    },
  ],
};
const opens = (incident: string) => ({ incident, priority: 3, reason: incident });

/** One rule of every pattern; nothing ends by itself, so that every incident tells all that led to it. */
const { rules, problems } = readRules([
  {
    file: 'property.yaml',
    document: {
      rules: [
        { id: 'single', title: 's', when: { event: 'door.tamper' }, opens: opens('single') },
        {
          id: 'sequence',
          title: 's',
          when: { sequence: [{ event: 'access.denied' }, { event: 'door.open' }], within: '30s', by: 'door' },
          opens: opens('sequence'),
        },
        {
          id: 'between',
          title: 's',
          when: { sequence: [{ event: 'door.open' }, { not: { event: 'access.granted' } }, { event: 'door.open' }], within: '60s', by: 'door' },
          opens: opens('between'),
        },
        {
          id: 'all',
          title: 's',
          when: { all: [{ event: 'access.denied' }, { event: 'tamper' }], within: '30s', by: 'area' },
          opens: { ...opens('all'), per: 'area' },
        },
        { id: 'count', title: 's', when: { count: { event: 'access.denied' }, atLeast: 3, within: '60s', by: 'credential' }, opens: opens('count') },
        {
          id: 'absence',
          title: 's',
          when: { after: { event: 'access.granted' }, absence: { event: 'door.open' }, within: '10s', by: 'door' },
          opens: opens('absence'),
        },
        {
          id: 'unless',
          title: 's',
          when: { event: 'door.open' },
          unless: [{ event: 'access.granted', within: '10s', by: 'door' }],
          opens: opens('unless'),
        },
        { id: 'armed', title: 's', when: { event: 'door.open' }, armed: true, opens: opens('armed') },
        { id: 'lasts', title: 's', when: { event: 'door.open' }, lasts: '20s', opens: opens('lasts') },
        {
          id: 'restored',
          title: 's',
          when: { event: 'door.held' },
          opens: opens('restored'),
          restoredBy: { event: ['door.held', 'door.open'] },
          resolves: true,
        },
        { id: 'waits', title: 's', when: { event: 'door.forced' }, opens: opens('waits'), restoredBy: { event: 'door.forced' } },
        { id: 'any', title: 's', when: { any: [{ event: 'door.tamper' }, { event: 'tamper' }] }, opens: opens('any') },
        { id: 'scheduled', title: 's', when: { event: 'door.open', during: 'noon' }, opens: opens('scheduled') },
        { id: 'otherwise', title: 's', when: { event: 'door.open', outside: 'noon' }, opens: opens('otherwise') },
        { id: 'threatened', title: 's', when: { event: 'access.denied', threat: ['lockdown'] }, opens: opens('threatened') },
        { id: 'suppressed', suppresses: { event: 'door.tamper', during: 'noon' }, reason: 'cleaning' },
        {
          id: 'support',
          strengthens: ['single', 'sequence', 'restored', 'waits'],
          with: 'video.motion',
          by: 'covers',
          before: '15s',
          within: '60s',
          raisesPriorityBy: 1,
          reason: 'm',
        },
        {
          id: 'nearby',
          strengthens: ['waits'],
          with: 'access.denied',
          by: 'area',
          before: '30s',
          within: '30s',
          raisesPriorityBy: 1,
          reason: 'n',
        },
      ],
    },
  },
]);

const begin = Date.UTC(2026, 0, 15, 12);
const happenings: [EventKind, string, 'state' | 'momentary'][] = [
  ['door.open', 'door-main', 'state'],
  ['door.open', 'door-server', 'state'],
  ['access.granted', 'reader-main', 'momentary'],
  ['access.denied', 'reader-main', 'momentary'],
  ['access.denied', 'reader-server', 'momentary'],
  ['tamper', 'zone-lobby', 'state'],
  ['door.tamper', 'door-main', 'state'],
  ['panel.armed', 'panel', 'state'],
  ['video.motion', 'cam-lobby', 'state'],
  ['door.held', 'door-main', 'state'],
  ['door.forced', 'door-main', 'state'],
  ['threat.level', 'tests', 'state'],
];
const forced = doors.map((door): (typeof happenings)[number] => ['door.forced', door, 'state']);

const journalOf = (happenings: readonly [EventKind, string, 'state' | 'momentary'][], gapsMs: readonly number[], maxLength: number) =>
  fc
    .array(fc.record({ what: fc.nat(happenings.length - 1), gapMs: fc.constantFrom(...gapsMs), card: fc.constantFrom('1', '2') }), {
      maxLength,
      size: 'max',
    })
    .map((steps) => {
      const raised = new Set<string>();
      let at = begin;
      return steps.map(({ what, gapMs, card }, index): SecurityEvent => {
        const [kind, point, type] = happenings[what]!;
        at += gapMs;
        const name = `${kind} ${point}`;
        const phase = type === 'momentary' ? 'momentary' : raised.delete(name) ? 'restored' : 'raised';
        if (phase === 'raised') raised.add(name);
        const details: SecurityEvent['details'] =
          type === 'momentary' ? { credential: card } : kind === 'threat.level' ? { scope: 'site', level: 'lockdown' } : {};
        return { id: `e${index}`, seq: index + 1, kind, point, phase, device: 'controller', receivedAt: at, eventAt: at, details };
      });
    });

const journal = journalOf(happenings, [50, 200, 1000, 2000, 7000, 25_000], 40);
/** Hardly anything but forced doors of one area, and what strengthens their incidents. */
const flood = journalOf([...forced, ...forced, ...forced, ['access.denied', 'reader-main', 'momentary']], [10, 10, 50], 60);

/**
 * Everything about the incidents but when the gateway heard of it and in which order. What was concluded and then taken back, because its explanation
 * was told late, is as if it had never been concluded.
 */
function canonical(incidents: readonly Incident[]) {
  return incidents
    .map(({ key, title, priority, condition, state, evidence }) => {
      const takenBack = new Set(evidence.filter(({ role }) => role === 'restore').map(nameOf));
      const stays = evidence.filter(({ role }) => role !== 'restore').map(nameOf);
      return { key, title, priority, condition, state, evidence: [...new Set(stays.filter((each) => !takenBack.has(each)))].sort() };
    })
    .filter(({ evidence }) => evidence.length > 0)
    .sort((a, b) => (a.key < b.key ? -1 : 1));
}

function nameOf({ rule, event }: Incident['evidence'][number]): string {
  return `${rule} ${event}`;
}

function incidentsOf(events: readonly SecurityEvent[], delays: readonly number[], restartAfter?: number) {
  const gateway = new VirtualGateway(site, rules, begin);
  const arrivals = events
    // A level is set at the gateway itself, so it is never late.
    .map((event, index) => ({ ...event, receivedAt: event.eventAt + (event.kind === 'threat.level' ? 0 : (delays[index] ?? 0)) }))
    .sort((a, b) => a.receivedAt - b.receivedAt);
  for (const [index, event] of arrivals.entries()) {
    gateway.advanceTo(event.receivedAt);
    gateway.take(event);
    if (index === restartAfter) gateway.restart();
  }
  gateway.advanceTo(gateway.now + 120_000);
  gateway.close();
  return canonical(gateway.incidents);
}

const delayed = (events$: typeof journal) =>
  events$.chain((events) => fc.tuple(fc.constant(events), fc.array(fc.nat(450), { minLength: events.length, maxLength: events.length })));

/** What a dispatcher goes by. Of more incidents than one event strengthens, the journal's order decides which further events are evidence. */
const withoutEvidence = (incidents: ReturnType<typeof canonical>) => incidents.map(({ evidence: _evidence, ...rest }) => rest);

describe('the incidents of one journal', () => {
  it('come from rules that are good', () => assert.deepEqual(problems, []));

  it('are identical in whatever order the events arrive, when none is later than the rules wait', () => {
    fc.assert(
      fc.property(delayed(journal), ([events, delays]) => assert.deepEqual(incidentsOf(events, delays), incidentsOf(events, []))),
      { numRuns: 150 },
    );
  });

  it('are as urgent in whatever order a flood arrives', () => {
    fc.assert(
      fc.property(delayed(flood), ([events, delays]) =>
        assert.deepEqual(withoutEvidence(incidentsOf(events, delays)), withoutEvidence(incidentsOf(events, []))),
      ),
      { numRuns: 40 },
    );
  });

  it('are as urgent when twelve doors are forced before something moves, or are told of it later', () => {
    const at = (index: number) => begin + index * 10;
    const common = { device: 'controller', phase: 'raised', details: {} } as const;
    const alarms = doors.map((point, index): SecurityEvent => {
      return { ...common, id: point, seq: index + 1, kind: 'door.forced', point, receivedAt: at(index), eventAt: at(index) };
    });
    const motion = {
      ...common,
      id: 'm',
      seq: 99,
      kind: 'access.denied',
      point: 'reader-main',
      phase: 'momentary',
      receivedAt: at(12),
      eventAt: at(12),
    } as const;
    const priorities = (delayMs: number) => incidentsOf([...alarms, motion], [...alarms.map(() => delayMs), 0]).map(({ priority }) => priority);
    assert.deepEqual(
      priorities(0),
      Array.from({ length: 12 }, () => 2),
    );
    assert.deepEqual(priorities(300), priorities(0));
  });

  it('are identical when the gateway is restarted at any time', () => {
    fc.assert(
      fc.property(journal, fc.nat(40), (events, after) => assert.deepEqual(incidentsOf(events, [], after), incidentsOf(events, []))),
      { numRuns: 150 },
    );
  });

  it('are none after a restart, though a busy door has seen more visits than any memory holds', () => {
    const { rules: shipped } = readCases(join(import.meta.dirname, '..', '..', 'config', 'rules', 'tests', 'doors.yaml'));
    const gateway = new VirtualGateway(site, shipped, begin);
    const visit: [EventKind, SecurityEvent['phase'], number][] = [
      ['door.unlocked', 'raised', 0],
      ['door.open', 'raised', 1000],
      ['door.open', 'restored', 1500],
      ['door.unlocked', 'restored', 2000],
    ];
    for (let index = 0; index < 400; index += 1) {
      const [kind, phase, afterMs] = visit[index % 4]!;
      const at = begin + Math.floor(index / 4) * 8000 + afterMs;
      gateway.advanceTo(at);
      gateway.take({ id: `e${index}`, seq: index, kind, point: 'door-main', phase, device: 'controller', receivedAt: at, eventAt: at, details: {} });
    }
    gateway.restart();
    gateway.advanceTo(gateway.now + 60_000);
    gateway.close();
    assert.deepEqual(gateway.incidents, []);
  });
});

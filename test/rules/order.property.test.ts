import assert from 'node:assert/strict';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { readRules } from '../../src/correlation/read-rules.ts';
import type { SecurityEvent } from '../../src/domain/event.ts';
import type { EventKind } from '../../src/domain/kinds.ts';
import type { Incident } from '../../src/domain/incident.ts';
import { readCases } from '../../src/replay/case-file.ts';
import { VirtualGateway } from '../../src/replay/virtual-gateway.ts';

const { site } = readCases(join(import.meta.dirname, '..', '..', 'config', 'rules', 'tests', 'doors.yaml'));
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
          id: 'support',
          strengthens: ['single', 'sequence'],
          with: 'video.motion',
          by: 'covers',
          before: '15s',
          within: '60s',
          raisesPriorityBy: 1,
          reason: 'm',
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
];

const journal = fc
  .array(fc.record({ what: fc.nat(happenings.length - 1), gap: fc.constantFrom(1, 1, 2, 7, 25), card: fc.constantFrom('1', '2') }), { maxLength: 40 })
  .map((steps) => {
    const raised = new Set<string>();
    let at = begin;
    return steps.map(({ what, gap, card }, index): SecurityEvent => {
      const [kind, point, type] = happenings[what]!;
      at += gap * 1000;
      const name = `${kind} ${point}`;
      const phase = type === 'momentary' ? 'momentary' : raised.delete(name) ? 'restored' : 'raised';
      if (phase === 'raised') raised.add(name);
      const details: SecurityEvent['details'] = type === 'momentary' ? { credential: card } : {};
      return { id: `e${index}`, seq: index + 1, kind, point, phase, device: 'controller', receivedAt: at, eventAt: at, details };
    });
  });

/** Everything about the incidents but when the gateway heard of it and in which order. */
function canonical(incidents: readonly Incident[]): unknown {
  return incidents
    .map(({ key, title, priority, condition, state, evidence }) => ({
      key,
      title,
      priority,
      condition,
      state,
      evidence: [...new Set(evidence.map(({ rule, event }) => `${rule} ${event}`))].sort(),
    }))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
}

function incidentsOf(events: readonly SecurityEvent[], delays: readonly number[], restartAfter?: number): unknown {
  const gateway = new VirtualGateway(site, rules, begin);
  const arrivals = events
    .map((event, index) => ({ ...event, receivedAt: event.eventAt + (delays[index] ?? 0) }))
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

const delayed = journal.chain((events) =>
  fc.tuple(fc.constant(events), fc.array(fc.nat(450), { minLength: events.length, maxLength: events.length })),
);

describe('the incidents of one journal', () => {
  it('come from rules that are good', () => assert.deepEqual(problems, []));

  it('are identical in whatever order the events arrive, when none is later than the rules wait', () => {
    fc.assert(
      fc.property(delayed, ([events, delays]) => assert.deepEqual(incidentsOf(events, delays), incidentsOf(events, []))),
      { numRuns: 150 },
    );
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

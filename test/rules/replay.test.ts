import assert from 'node:assert/strict';
import { join } from 'node:path';
import fc from 'fast-check';
import { explanation } from '../../src/cli/explain.ts';
import type { SecurityEvent } from '../../src/domain/event.ts';
import type { Incident } from '../../src/domain/incident.ts';
import type { ThreatLevel } from '../../src/domain/threat.ts';
import { compare, replay, within } from '../../src/replay/replay.ts';
import { readCases } from '../../src/replay/case-file.ts';
import { VirtualGateway } from '../../src/replay/virtual-gateway.ts';

const { site, rules } = readCases(join(import.meta.dirname, '..', '..', 'config', 'rules', 'tests', 'doors.yaml'));

const begin = Date.UTC(2026, 9, 1);
const event = (seq: number, kind: SecurityEvent['kind'], point: string, seconds: number, phase: SecurityEvent['phase'] = 'raised'): SecurityEvent => {
  const at = begin + seconds * 1000;
  return { id: `event-${seq}`, seq, kind, point, phase, device: 'controller', receivedAt: at, eventAt: at, details: {} };
};
const events = [
  event(1, 'door.unlocked', 'door-annex', -3600),
  event(2, 'door.open', 'door-annex', 10),
  event(3, 'door.open', 'door-annex', 15, 'restored'),
  event(4, 'access.granted', 'reader-main', 100, 'momentary'),
  event(5, 'door.open', 'door-main', 109),
  event(6, 'door.open', 'door-main', 115, 'restored'),
  event(7, 'door.forced', 'door-server', 200),
];
const played = (which: typeof rules, then: Parameters<typeof replay>[0]['then'] = []) =>
  replay({ site, rules: which, events, then, from: begin, to: begin + 3_600_000 }).incidents;
const keys = (incidents: readonly { key: string }[]) => incidents.map(({ key }) => key);

const lockdown: ThreatLevel = {
  id: 'lockdown',
  title: 'Lock-down',
  sign: '■',
  severity: 50,
  except: [],
  afterwards: 'as-before',
  raisesPriorityBy: 1,
  setBy: { roles: ['dispatcher'], accounts: [] },
};
const under = { ...site, threatLevels: [lockdown] };
const said = { details: { scope: 'site', level: 'lockdown' } };

describe('replay', () => {
  it('gives the incidents that the gateway gave, and knows what stood before it begins', () => {
    assert.deepEqual(keys(played(rules)), ['door-forced@door-server']);
    assert.deepEqual(compare(played(rules), played(rules)), []);
  });

  it('shows what changed rules would have made of it', () => {
    const stricter = rules.map((rule) =>
      rule.id === 'door-forced-inferred' && 'unless' in rule && rule.unless !== undefined
        ? { ...rule, unless: rule.unless.map((line) => (line.within?.ms === 10_000 ? { ...line, within: { ms: 5000 } } : line)) }
        : rule,
    );
    const differences = compare(played(rules), played(stricter));
    assert.deepEqual(
      differences.map((each) => [each.what, each.what === 'changed' ? each.now.key : each.incident.key]),
      [['new', 'door-forced@door-main']],
    );
  });

  it('knows the threat level of the time, also one that was set long before', () => {
    const journal = [
      { ...event(1, 'threat.level', site.id, -30 * 86_400), ...said },
      event(2, 'door.held', 'door-server', 100),
      event(3, 'door.held', 'door-server', 150, 'restored'),
      { ...event(4, 'threat.level', site.id, 200, 'restored'), ...said },
      event(5, 'door.held', 'door-main', 300),
    ];
    const { incidents } = replay({ site: under, rules, events: journal, then: [], from: begin, to: begin + 3_600_000 });
    const because = (door: string) => incidents.find((incident) => incident.door === door)?.priorityBecause.map((line) => line.because) ?? [];
    assert(because('door-server').includes('Threat level Lock-down: +1'));
    assert.equal(because('door-main').length, 1);
  });

  it('weighs what a rule that waits opens by the level that was set meanwhile', () => {
    const journal = [event(1, 'door.open', 'door-main', 100), { ...event(2, 'threat.level', site.id, 110), ...said }];
    const { incidents } = replay({ site: under, rules, events: journal, then: [], from: begin, to: begin + 3_600_000 });
    const held = incidents.find(({ kind }) => kind === 'door-held');
    assert.deepEqual(held?.priorityBecause.map(({ priority, because }) => [priority, because]).slice(1), [[2, 'Threat level Lock-down: +1']]);
  });

  it('closes what was closed then, so that what came after is an incident of its own', () => {
    const [then] = played(rules);
    assert.ok(then);
    const again = [...events, event(8, 'door.forced', 'door-server', 900)];
    const at = begin + 600_000;
    const closed: Incident = { ...then, state: 'closed', closedAt: at, log: [...then.log, { at, by: 'ann', what: 'closed as actual' }] };
    const { incidents } = replay({ site, rules, events: again, then: [closed], from: begin, to: begin + 3_600_000 });
    assert.deepEqual(
      incidents.map(({ key, state }) => [key, state]),
      [
        ['door-forced@door-server', 'closed'],
        ['door-forced@door-server', 'new'],
      ],
    );
  });
});

describe('a replay of what people did', () => {
  const happens = fc.constantFrom<readonly [SecurityEvent['kind'], string]>(
    ['door.forced', 'door-server'],
    ['door.forced', 'door-main'],
    ['door.held', 'door-main'],
    ['door.open', 'door-main'],
    ['video.motion', 'cam-lobby'],
    ['device.offline', 'controller'],
    ['threat.level', site.id],
  );
  const does = fc.record({
    step: fc.constantFrom('acknowledge', 'close', 'reopen', 'merge', 'split'),
    which: fc.nat(5),
    other: fc.nat(5),
    pieces: fc.uniqueArray(fc.nat(6), { minLength: 1 }),
  });
  const day = fc.array(
    fc.record({
      afterMs: fc.constantFrom(100, 2000, 15_000, 60_000, 5 * 3_600_000),
      what: fc.oneof({ weight: 3, arbitrary: happens }, { weight: 2, arbitrary: does }),
    }),
    {
      maxLength: 40,
      size: 'max',
    },
  );

  /** A gateway on a day, and the journal that it kept. */
  function live(steps: ReturnType<typeof day.generate>['value']) {
    const gateway = new VirtualGateway(under, rules, begin);
    const journal: SecurityEvent[] = [];
    const standing = new Set<string>();
    for (const { afterMs, what } of steps) {
      gateway.advanceTo(gateway.now + afterMs);
      if ('step' in what) {
        act(gateway, what);
        continue;
      }
      const [kind, point] = what;
      const phase = standing.delete(`${kind} ${point}`) ? 'restored' : 'raised';
      if (phase === 'raised') standing.add(`${kind} ${point}`);
      const next = { ...event(journal.length + 1, kind, point, (gateway.now - begin) / 1000, phase), ...(kind === 'threat.level' && said) };
      journal.push(next);
      gateway.take(next);
    }
    gateway.advanceTo(gateway.now + 120_000);
    gateway.close();
    return { then: gateway.incidents, events: journal, to: gateway.now };
  }

  function act(gateway: VirtualGateway, { step, which, other, pieces }: ReturnType<typeof does.generate>['value']): void {
    const { incidents } = gateway;
    const [incident, into] = [which, other].map((number) => incidents[number % incidents.length]);
    if (incident === undefined || into === undefined) return;
    const events = pieces.flatMap((index) => incident.evidence[index]?.event ?? []);
    const steps = {
      acknowledge: { action: 'acknowledge' },
      close: { action: 'close', disposition: 'nuisance', note: 'x' },
      reopen: { action: 'reopen', note: 'x' },
      merge: { action: 'merge', into: into.id },
      split: { action: 'split', events, note: 'x' },
    } as const;
    const { id, revision } = incident;
    gateway.apply({ type: 'action', action: { ...steps[step], incident: id, revision, by: 'ann', at: gateway.now } });
  }

  it('finds no difference under the same rules, whatever was closed, reopened, merged and split', () => {
    fc.assert(
      fc.property(day, (steps) => {
        const { then, events, to } = live(steps);
        const { incidents } = replay({ site: under, rules, events, then, from: begin, to });
        assert.deepEqual(compare(then, incidents), []);
      }),
      { numRuns: 60 },
    );
  });

  it('finds the same evidence in the same incidents from any time on', () => {
    // How urgent an incident was at that time is not kept: what raised it later counts from the begin.
    const withoutPriority = (incident: Incident): Incident => ({ ...incident, priority: 3 });
    fc.assert(
      fc.property(day, fc.double({ min: 0, max: 1, noNaN: true }), (steps, part) => {
        const { then, events, to } = live(steps);
        const from = begin + Math.round((to - begin) * part);
        const { incidents } = replay({ site: under, rules, events, then, from, to });
        assert.deepEqual(compare(within(then, from, to).map(withoutPriority), incidents.map(withoutPriority)), []);
      }),
      { numRuns: 60 },
    );
  });
});

describe('the explanation of an incident', () => {
  it('names the rule, the events and the arithmetic of the priority', () => {
    const [incident] = played(rules);
    assert.ok(incident);
    const text = explanation(incident).join('\n');
    assert.match(text, /priority\n {4}2 {2}Server room door reports that it was forced open/);
    assert.match(text, /lead {5}rule door-forced {2}door\.forced raised at door-server {2}\(event event-7\)/);
  });
});

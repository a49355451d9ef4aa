import assert from 'node:assert/strict';
import { join } from 'node:path';
import { explanation } from '../../src/cli/explain.ts';
import type { SecurityEvent } from '../../src/domain/event.ts';
import { compare, replay } from '../../src/replay/replay.ts';
import { readCases } from '../../src/replay/case-file.ts';

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
    const lockdown = {
      id: 'lockdown',
      title: 'Lock-down',
      sign: '■',
      severity: 50,
      except: [],
      afterwards: 'as-before',
      raisesPriorityBy: 1,
    } as const;
    const level = { ...lockdown, setBy: { roles: ['dispatcher'], accounts: [] } } as const;
    const said = { details: { scope: 'site', level: 'lockdown' } };
    const journal = [
      { ...event(1, 'threat.level', site.id, -30 * 86_400), ...said },
      event(2, 'door.held', 'door-server', 100),
      event(3, 'door.held', 'door-server', 150, 'restored'),
      { ...event(4, 'threat.level', site.id, 200, 'restored'), ...said },
      event(5, 'door.held', 'door-main', 300),
    ];
    const under = { ...site, threatLevels: [level] };
    const { incidents } = replay({ site: under, rules, events: journal, then: [], from: begin, to: begin + 3_600_000 });
    const because = (door: string) => incidents.find((incident) => incident.door === door)?.priorityBecause.map((line) => line.because) ?? [];
    assert(because('door-server').includes('Threat level Lock-down: +1'));
    assert.equal(because('door-main').length, 1);
  });

  it('closes what was closed then, so that what came after is an incident of its own', () => {
    const [then] = played(rules);
    assert.ok(then);
    const again = [...events, event(8, 'door.forced', 'door-server', 900)];
    const closedAt = begin + 600_000;
    const { incidents } = replay({ site, rules, events: again, then: [{ ...then, state: 'closed', closedAt }], from: begin, to: begin + 3_600_000 });
    assert.deepEqual(
      incidents.map(({ key, state }) => [key, state]),
      [
        ['door-forced@door-server', 'closed'],
        ['door-forced@door-server', 'new'],
      ],
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

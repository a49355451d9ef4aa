import assert from 'node:assert/strict';
import { byOutcome, planOf, summaryOf } from '../../src/console/threat-plan.ts';
import type { ThreatDoor, ThreatInForce } from '../../src/domain/threat.ts';
import { site, T0 } from './canned.ts';

const levels = site.threatLevels ?? [];
const level = (id: string) => levels.find((each) => each.id === id)!;
const inForce = (scope: string, id: string): ThreatInForce => ({ scope, level: id, by: 'dana', at: T0, note: '' });
const door = (id: string, outcome: ThreatDoor['outcome']): ThreatDoor => ({ door: id, command: 'lock', outcome, at: T0 });

describe('what setting a threat level would do', () => {
  it('names the doors that change, and those of the place that stay as they are', () => {
    const { lock, unlock, restore, leave, instead } = planOf(site, [], level('evacuation'), 'campus');
    assert.deepEqual([lock, unlock, restore, leave, instead], [[], ['door-main', 'door-stairs', 'door-gate'], [], ['door-server'], undefined]);
  });

  it('counts what is in force elsewhere, and what it replaces', () => {
    const now = [inForce('lab', 'lockdown'), inForce('lobby', 'evacuation')];
    const { lock, unlock, leave } = planOf(site, now.slice(1), level('lockdown'), 'lab');
    assert.deepEqual([lock, unlock, leave], [['door-server', 'door-gate'], [], ['door-main', 'door-stairs']]);
    const replaced = planOf(site, now, level('drill'), 'lab');
    assert.deepEqual([replaced.restore, replaced.instead?.level], [['door-server', 'door-gate'], 'lockdown']);
  });

  it('is summed up by the most severe level, and by the doors that are not done', () => {
    assert.equal(summaryOf(levels, { inForce: [], doors: [door('door-main', 'done')] }), undefined);
    assert.deepEqual(summaryOf(levels, { inForce: [], doors: [door('door-main', 'failed')] }), { more: 0, notDone: 1 });
    const both = summaryOf(levels, { inForce: [inForce('lab', 'lockdown'), inForce('lobby', 'evacuation')], doors: [] });
    assert.deepEqual([both?.level?.id, both?.scope, both?.more], ['evacuation', 'lobby', 1]);
  });

  it('lists failures on top', () => {
    const doors = [door('a', 'done'), door('b', 'waiting'), door('c', 'failed'), door('d', 'unreachable')];
    assert.deepEqual(
      byOutcome(doors).map((each) => each.door),
      ['c', 'd', 'b', 'a'],
    );
  });
});

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { doorTargets } from '../../src/domain/threat.ts';
import { threatSite } from './threat-site.ts';

function targets(...inForce: readonly (readonly [scope: string, level: string])[]): Record<string, string> {
  const found = doorTargets(
    threatSite,
    inForce.map(([scope, name]) => ({ scope, level: name })),
  );
  return Object.fromEntries([...found].map(([door, { command, level: by }]) => [door, `${command} by ${by.id}`]));
}

describe('what threat levels ask of doors', () => {
  it('is nothing while none is in force, and of one that leaves doors alone', () => {
    assert.deepEqual(targets(), {});
    assert.deepEqual(targets(['site', 'elevated']), {});
  });

  it('is asked of the whole site, but of no escape route and no door that may not be commanded so', () => {
    assert.deepEqual(targets(['site', 'lockdown']), {
      'door-lobby': 'lock by lockdown',
      'door-vault': 'lock by lockdown',
      'door-yard': 'lock by lockdown',
      'door-nowhere': 'lock by lockdown',
    });
  });

  it('is asked of an area and what lies within', () => {
    assert.deepEqual(targets(['campus', 'lockdown']), { 'door-lobby': 'lock by lockdown', 'door-vault': 'lock by lockdown' });
    assert.deepEqual(targets(['vault', 'lockdown']), { 'door-vault': 'lock by lockdown' });
  });

  it('is not asked of excepted doors, nor in excepted areas', () => {
    assert.deepEqual(targets(['site', 'search']), { 'door-lobby': 'lock by search', 'door-nowhere': 'lock by search' });
  });

  it('locks nobody in: a level that unlocks wins over every level that locks, even a more severe one', () => {
    const evacuated = targets(['site', 'search'], ['lobby', 'lockdown'], ['campus', 'evacuation']);
    assert.equal(evacuated['door-lobby'], 'unlock by evacuation');
    assert.equal(evacuated['door-exit'], 'unlock by evacuation');
    assert.equal(evacuated['door-nowhere'], 'lock by search');
    // Somebody decided that this door is not part of an evacuation.
    assert.equal(evacuated['door-vault'], 'lock by lockdown');
  });

  it('does not depend on the order in which levels were set, and never locks what one unlocks or an escape route', () => {
    const scopes = ['site', 'campus', 'lobby', 'vault', 'yard'];
    const inForce = fc.uniqueArray(fc.tuple(fc.constantFrom(...scopes), fc.constantFrom(...threatSite.threatLevels.map(({ id }) => id))), {
      selector: ([scope]) => scope,
    });
    fc.assert(
      fc.property(inForce, fc.integer(), (levels, seed) => {
        const shuffled = levels.map((each, index) => [each, (index * 7919 + seed) % 13] as const).sort((a, b) => a[1] - b[1]);
        const found = targets(...levels);
        assert.deepEqual(targets(...shuffled.map(([each]) => each)), found);
        assert.notEqual(found['door-exit']?.startsWith('lock'), true);
        const unlocked = targets(...levels.filter(([, id]) => id === 'evacuation'));
        for (const door of Object.keys(unlocked)) assert(found[door]?.startsWith('unlock'));
      }),
    );
  });
});

import assert from 'node:assert/strict';
import { alarmsAfter, doorStates } from '../../../adapters/bacnet-door/door-map.ts';
import type { DoorKind, DoorReadings } from '../../../adapters/bacnet-door/door-map.ts';

const none: ReadonlySet<DoorKind> = new Set();
const phases = (readings: DoorReadings, alarms = none) =>
  Object.fromEntries([...doorStates(readings, alarms)].map(([kind, { phase }]) => [kind, phase]));

describe('the map from Access Door properties to door states', () => {
  it('reads the contact and the bolt', () => {
    assert.deepEqual(phases({ doorStatus: 1, lockStatus: 0 }), { 'door.open': 'raised', 'door.unlocked': 'restored', 'door.fault': 'restored' });
    assert.deepEqual(phases({ doorStatus: 2, lockStatus: 4 }), { 'door.open': 'uncertain', 'door.unlocked': 'uncertain', 'door.fault': 'restored' });
  });

  it('says nothing of what the door does not have', () => {
    assert.deepEqual(phases({ doorStatus: 4, lockStatus: 3 }), { 'door.fault': 'restored' });
  });

  it('raises a fault of leaf, bolt, alarm state or flags, and names the cause', () => {
    assert.deepEqual(doorStates({ doorStatus: 3, lockStatus: 2, fault: true }, none).get('door.fault'), {
      phase: 'raised',
      details: { cause: 'door fault, lock fault, status flags' },
    });
  });

  it('concludes the bolt from Secured_Status where there is no Lock_Status', () => {
    assert.equal(phases({ doorStatus: 0, securedStatus: 0 })['door.unlocked'], 'restored');
    assert.equal(phases({ doorStatus: 0, securedStatus: 1 })['door.unlocked'], 'raised');
    assert.equal(phases({ doorStatus: 1, securedStatus: 1 })['door.unlocked'], 'uncertain');
  });

  it('takes an unknown value of a later standard for uncertain, not for shut', () => {
    assert.equal(phases({ doorStatus: 60 })['door.open'], 'uncertain');
  });

  it('keeps a hidden alarm until the door says that none is left', () => {
    const forced = alarmsAfter(none, 3);
    const both = alarmsAfter(forced, 2);
    assert.deepEqual([...both], ['door.forced', 'door.held']);
    assert.equal(phases({ alarmState: 2 }, both)['door.forced'], 'raised');
    assert.deepEqual([...alarmsAfter(both, 0)], []);
    assert.deepEqual([...alarmsAfter(both, 8)], []);
  });
});

import assert from 'node:assert/strict';
import { DoorStates } from '../../src/intake/door-states.ts';
import type { SecurityEvent } from '../../src/domain/event.ts';
import type { Site } from '../../src/domain/site.ts';
import { ManualClock } from '../support/manual-clock.ts';

const doors = ['a', 'b'].map((id) => ({ id, type: 'door', name: id, device: 'line', at: {}, heldAfterSeconds: 30, commands: [] }));
const site = { id: 's', name: 'S', areas: [], devices: [], doors, readers: [], cameras: [], panels: [], zones: [] } as unknown as Site;
const event = (kind: SecurityEvent['kind'], phase: SecurityEvent['phase']): SecurityEvent => ({
  id: '1',
  seq: 1,
  kind,
  point: 'a',
  phase,
  device: 'line',
  receivedAt: 0,
  eventAt: 0,
  details: {},
});

describe('a door whose controller is silent on a line that stands', () => {
  it('keeps what was last known of it, as not current, until its controller answers', () => {
    const states = new DoorStates(site, new ManualClock(), []);
    states.linked('line', true);
    states.apply(event('door.open', 'raised'));
    assert.deepEqual([states.apply(event('device.offline', 'raised'))?.current, states.all()[0]?.physical], [false, 'Open']);
    // The line's own state is told again when the number of its units that answer changes.
    assert.deepEqual(states.linked('line', true), []);
    assert.equal(states.apply(event('device.offline', 'restored'))?.current, true);
    assert.equal(states.all()[1]?.current, true);
  });
});

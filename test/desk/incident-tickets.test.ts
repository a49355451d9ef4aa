import assert from 'node:assert/strict';
import { withTickets } from '../../src/desk/incident-tickets.ts';
import type { DeskChanges } from '../../src/desk/protocol.ts';

const changes = (...incidents: [state: string, ...cameras: string[]][]) =>
  ({
    type: 'changes',
    revision: 1,
    incidents: incidents.map(([state, ...cameras], index) => ({ id: `i${index}`, state, cameras })),
  }) as unknown as DeskChanges;

describe('changes that bring new incidents', () => {
  it('bring two tickets for the first camera of each', () => {
    const { tickets } = withTickets(changes(['new', 'cam-1', 'cam-2'], ['new', 'cam-1'], ['new']), (camera) => `to ${camera}`);
    assert.deepEqual(tickets, [
      { camera: 'cam-1', ticket: 'to cam-1' },
      { camera: 'cam-1', ticket: 'to cam-1' },
    ]);
  });

  it('bring none for what somebody has taken, and few in a flood', () => {
    const taken = changes(['acknowledged', 'cam-1']);
    assert.equal(
      withTickets(taken, () => 'x'),
      taken,
    );
    const flood = changes(...Array.from({ length: 100 }, (_, index): [string, string] => ['new', `cam-${index}`]));
    assert.equal(withTickets(flood, () => 'x').tickets?.length, 8);
  });
});

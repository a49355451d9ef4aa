import assert from 'node:assert/strict';
import { Steerer } from '../../src/console/video/steerer.ts';
import { ManualClock } from '../support/manual-clock.ts';

describe('steering a camera by keys', () => {
  it('says what is held again until it comes up, and stops once', () => {
    const clock = new ManualClock();
    const said: string[] = [];
    const steerer = new Steerer((order) => said.push(order.action === 'stop' ? 'stop' : `${order.pan} ${order.tilt} ${order.zoom}`), clock);
    steerer.press('right');
    steerer.press('right');
    clock.advance(300);
    steerer.press('up');
    steerer.lift('right');
    steerer.lift('left');
    steerer.liftAll();
    steerer.liftAll();
    clock.advance(1_000);
    assert.deepEqual(said, ['0.5 0 0', '0.5 0 0', '0.5 0.5 0', '0 0.5 0', 'stop']);
    assert.equal(clock.waiting, 0);
  });
});

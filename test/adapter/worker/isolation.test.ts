import assert from 'node:assert/strict';
import { until } from '../../support/until.ts';
import { ThreadedDevice } from './bench.ts';
import type { Deed } from './fixtures/misbehaving.ts';

const LIMIT_MS = 45_000;

/** What each misdeed comes to, in the words that a dispatcher reads. */
const endings: Partial<Record<Deed, RegExp>> = {
  'throws from a timer': /the adapter crashed: a callback went wrong/,
  'leaks its heap': /needed more than 64 MB of memory/,
  'leaks buffers': /needed more than 64 MB of memory/,
  'spins for ever': /did not answer for 2 s/,
  'ends its process': /ended itself with code 3/,
};

describe('an adapter in a thread of its own', function () {
  this.timeout(2 * LIMIT_MS);
  let good: ThreadedDevice;
  const bad: ThreadedDevice[] = [];

  const numbers = () => good.reported.flatMap(({ kind, details }) => (kind === 'panel.test' ? [Number(details?.['number'])] : []));
  const misbehave = (deed: Deed) => {
    const device = new ThreadedDevice('misbehaving', { deed });
    bad.push(device);
    device.supervisor.start();
    return device;
  };

  before(async () => {
    good = new ThreadedDevice('counting');
    good.supervisor.start();
    await until('the good adapter to report', () => numbers().length > 0, LIMIT_MS);
  });
  after(() => good.stop());
  afterEach(async () => {
    await Promise.all(bad.splice(0).map((device) => device.stop()));
  });

  for (const [deed, reason] of Object.entries(endings)) {
    it(`that ${deed} goes offline saying so and is started again, while its neighbour reports on`, async () => {
      const device = misbehave(deed as Deed);
      await until('its outage', () => device.supervisor.link.state === 'offline', LIMIT_MS);
      assert.match(device.lastReason, reason);
      const before = numbers().length;
      await until('it to be online again', () => device.states.lastIndexOf('online') > device.states.indexOf('offline'), LIMIT_MS);
      await until('more reports of the neighbour', () => numbers().length > before + 10, LIMIT_MS);
      assert.deepEqual(
        numbers(),
        numbers().map((_, index) => index + 1),
      );
      assert.equal(good.states.includes('offline'), false);
    });
  }

  it('that leaves a rejected promise behind stays online, and the log names it', async () => {
    const device = misbehave('leaves a rejected promise behind');
    await until('the log', () => device.logged.some((line) => /nobody waited/.test(line)), LIMIT_MS);
    assert.match(device.logged.join(), /"adapter":"misbehaving"/);
    assert.deepEqual([...new Set(device.states)], ['online']);
  });

  it('that does not let go when told to does not hold up the end of the gateway', async () => {
    const device = misbehave('ignores the end');
    await until('it to be online', () => device.supervisor.link.state === 'online', LIMIT_MS);
    await device.stop();
    assert.equal(device.supervisor.link.state, 'stopped');
  });
});

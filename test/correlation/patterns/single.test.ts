import { event, expectMoments } from '../lab.ts';

describe('a single event', () => {
  const events = {
    r: event('door.held', 'door-server', 0),
    m: event('door.held', 'door-server', 1, 'momentary'),
    e: event('door.held', 'door-server', 2, 'restored'),
    u: event('door.held', 'door-server', 3, 'uncertain'),
    i: event('door.held', 'door-server', 4, 'raised', { initial: true }),
    o: event('door.open', 'door-server', 5),
  };

  it('counts at once when it is raised or momentary', () => {
    expectMoments({ when: { event: 'door.held' } }, 'rmeuio|', events, 'oo----|');
  });

  it('counts as the end of a state where that is asked for', () => {
    expectMoments({ when: { event: 'door.held', phase: 'restored' } }, 'rmeuio|', events, '--o---|');
  });

  it('counts only at points of the types that are named', () => {
    const offline = {
      d: event('device.offline', 'ctl-main', 0),
      p: event('device.offline', 'panel-main', 1),
      x: event('device.offline', 'gone', 2),
    };
    expectMoments({ when: { event: 'device.offline', of: 'panel' } }, 'dpx|', offline, '-o-|');
  });

  it('counts only at the points, doors, devices or areas that are named', () => {
    const denied = {
      a: event('access.denied', 'reader-server', 0, 'momentary'),
      b: event('access.denied', 'reader-main', 1, 'momentary'),
    };
    for (const [at, moments] of [
      ['reader-server', 'o-'],
      ['door-main', '-o'],
      [['server-room', 'lobby'], 'oo'],
      ['campus', 'oo'],
      ['ctl-main', 'oo'],
      ['yard', '--'],
    ] as const)
      expectMoments({ when: { event: 'access.denied', at } }, 'ab', denied, moments);
  });

  it('counts by a condition; what the event does not tell makes it false', () => {
    const denied = {
      a: event('access.denied', 'reader-server', 0, 'momentary', { details: { reason: 'expired', tries: 3 } }),
      b: event('access.denied', 'reader-main', 1, 'momentary', { details: { reason: 'unknown', tries: 1 } }),
      c: event('access.denied', 'reader-main', 2, 'momentary'),
    };
    expectMoments({ when: { event: 'access.denied', if: "details.reason == 'expired' && event.area == 'server-room'" } }, 'abc', denied, 'o--');
    expectMoments({ when: { event: 'access.denied', if: 'details.tries < 2' } }, 'abc', denied, '-o-');
    expectMoments({ when: { event: 'access.denied', if: '!has(details.reason)' } }, 'abc', denied, '--o');
  });

  it('counts only while a schedule runs, or while it does not', () => {
    const opened = { o: event('door.held', 'door-server', 0) };
    expectMoments({ when: { event: 'door.held', during: 'always' } }, 'o', opened, 'o');
    expectMoments({ when: { event: 'door.held', during: 'never' } }, 'o', opened, '-');
    expectMoments({ when: { event: 'door.held', outside: 'never' } }, 'o', opened, 'o');
  });

  it('counts at the threat levels that are named; normal is what nobody has changed', () => {
    const opened = { o: event('door.held', 'door-server', 0) };
    expectMoments({ when: { event: 'door.held', threat: ['normal'] } }, 'o', opened, 'o');
    expectMoments({ when: { event: 'door.held', threat: ['elevated', 'high'] } }, 'o', opened, '-');
  });

  it('may be any one of several', () => {
    expectMoments({ when: { any: [{ event: 'door.held' }, { event: 'door.open', at: 'door-server' }] } }, 'r-o', events, 'o-o');
  });
});

describe('the end', () => {
  const rule = { when: { event: 'door.held' }, restoredBy: { event: 'door.held' } };
  const held = (at: number) => event('door.held', 'door-server', at);
  const over = (at: number, initial = false) => event('door.held', 'door-server', at, 'restored', initial ? { initial: true } : {});

  it('is told of what began before the gateway did, once', () => {
    expectMoments(rule, 'c', { c: over(0) }, 'r');
    expectMoments(rule, 'cd', { c: over(0, true), d: over(1) }, 'r');
  });

  it('is told each time after a begin', () => {
    expectMoments(rule, 'ocpd', { o: held(0), c: over(1), p: held(2), d: over(3) }, 'oror');
  });

  it('is not an uncertain state', () => {
    expectMoments(rule, 'ou', { o: held(0), u: event('door.held', 'door-server', 1, 'uncertain') }, 'o');
  });

  it('is told once more when its begin is found after it', () => {
    expectMoments(rule, 'c 299ms o', { c: over(100), o: held(50) }, 'r 299ms (or)');
  });

  it('of an earlier begin is not taken for that of a later one', () => {
    expectMoments(rule, 'c 299ms o', { c: over(0), o: held(100) }, 'r 299ms o');
  });

  it('is forgotten after a while', () => {
    expectMoments(rule, 'c 5999ms o', { c: over(100), o: held(50) }, 'r 5999ms o');
  });
});

import { event, expectMoments } from '../lab.ts';

const granted = (at: number, point = 'reader-server', credential = '4711') =>
  event('access.granted', point, at, 'momentary', { id: `g${at}`, details: { credential } });
const denied = (at: number, point = 'reader-server', credential = '4711') =>
  event('access.denied', point, at, 'momentary', { id: `d${at}`, details: { credential } });
const open = (at: number) => event('door.open', 'door-server', at, 'raised', { id: `o${at}` });

describe('count', () => {
  const rule = { when: { count: { event: 'access.denied' }, atLeast: 3, within: '60s', by: 'credential' } };

  it('completes with the last of so many in the span, and takes the others as evidence', () => {
    expectMoments(rule, 'a 9s b 9s c', { a: denied(0), b: denied(9001), c: denied(18_002) }, '18002ms (oee)');
  });

  it('counts by what they have in common, and not beyond the span', () => {
    expectMoments(rule, 'abc', { a: denied(0), b: denied(1), c: denied(2, 'reader-server', '1') }, '---');
    expectMoments(rule, 'ab 60s c', { a: denied(0), b: denied(1), c: denied(60_001) }, '-');
  });

  it('is completed by an event that arrives late, whichever it is', () => {
    expectMoments(rule, 'ac 2s b', { a: denied(0), c: denied(2), b: denied(1) }, '2002ms (oee)');
  });

  it('goes on with each further event', () => {
    expectMoments(rule, 'abc 9ms d', { a: denied(0), b: denied(1), c: denied(2), d: denied(3) }, '--(oee) 5ms o');
  });

  it('counts only what differs, where that is asked for', () => {
    const different = { when: { ...rule.when, atLeast: 2, by: 'area', differ: 'credential' } };
    expectMoments(different, 'ab', { a: denied(0), b: denied(1) }, '--');
    expectMoments(different, 'ab', { a: denied(0), b: denied(1, 'reader-server', '1') }, '-(oe)');
  });
});

describe('what events have in common', () => {
  const both = (by: string) => ({ when: { all: [{ event: 'access.denied' }, { event: 'tamper' }], within: '30s', by } });
  const at = (kind: 'access.denied' | 'tamper', id: string, over: Parameters<typeof event>[4] = {}) =>
    event(kind, `point-${id}`, kind === 'tamper' ? 1 : 0, 'momentary', { id, ...over });

  it('can be the account of the panel, whichever device and point tells it', () => {
    const told = (kind: 'access.denied' | 'tamper', id: string, account?: string) =>
      at(kind, id, { device: id, details: account === undefined ? {} : { account } });
    expectMoments(both('account'), 'ab', { a: told('access.denied', '1', '4711'), b: told('tamper', '2', '4711') }, '-(oe)');
    expectMoments(both('account'), 'ab', { a: told('access.denied', '1', '4711'), b: told('tamper', '2', '4712') }, '--');
    expectMoments(both('account'), 'ab', { a: told('access.denied', '1'), b: told('tamper', '2') }, '--');
  });

  it('can be the device alone, wherever its points are', () => {
    const told = (kind: 'access.denied' | 'tamper', id: string, device: string) => at(kind, id, { device, place: { areas: [id], cameras: [] } });
    expectMoments(both('device'), 'ab', { a: told('access.denied', '1', 'ctl'), b: told('tamper', '2', 'ctl') }, '-(oe)');
    expectMoments(both('device'), 'ab', { a: told('access.denied', '1', 'ctl'), b: told('tamper', '2', 'other') }, '--');
  });

  it('can be doors that are adjacent, as an air lock has them', () => {
    const told = (kind: 'access.denied' | 'tamper', id: string, door: string) => at(kind, id, { place: { areas: [], cameras: [], door } });
    expectMoments(both('adjacent'), 'ab', { a: told('access.denied', '1', 'door-inner'), b: told('tamper', '2', 'door-outer') }, '-(oe)');
    expectMoments(both('adjacent'), 'ab', { a: told('access.denied', '1', 'door-inner'), b: told('tamper', '2', 'door-far') }, '--');
    expectMoments(both('door'), 'ab', { a: told('access.denied', '1', 'door-inner'), b: told('tamper', '2', 'door-outer') }, '--');
  });
});

describe('sequence', () => {
  const rule = { when: { sequence: [{ event: 'access.denied' }, { event: 'door.open' }], within: '30s', by: 'door' } };

  it('is completed by its last step after the others, in event time', () => {
    expectMoments(rule, 'a 9s b', { a: denied(0), b: open(9001) }, '9001ms (oe)');
    expectMoments(rule, 'ba', { a: denied(5), b: open(0) }, '--');
    expectMoments(rule, 'b 1s a', { a: denied(0), b: open(10) }, '1001ms (oe)');
  });

  it('is over when its span is', () => {
    expectMoments(rule, 'a 30s b', { a: denied(0), b: open(30_001) }, '-');
  });

  it('is broken by what must not happen between two steps, also when that is told late', () => {
    const twice = {
      when: { sequence: [{ event: 'door.open' }, { not: { event: 'access.granted' } }, { event: 'door.open' }], within: '30s', by: 'door' },
    };
    expectMoments(twice, 'a 999ms b', { a: open(0), b: open(1000) }, '1500ms (oe)');
    expectMoments(twice, 'a 499ms g 499ms b', { a: open(0), g: granted(500), b: open(1000) }, '-');
    expectMoments(twice, 'a 999ms b 1s g', { a: open(0), g: granted(500), b: open(1000) }, '1500ms (oe) 497ms t');
  });

  it('can ask for places that are neither the same nor adjacent', () => {
    const travel = {
      when: { sequence: [{ event: 'access.granted' }, { event: 'access.granted' }], within: '60s', by: 'credential', differ: 'adjacent' },
    };
    expectMoments(travel, 'ab', { a: granted(0), b: granted(1, 'reader-main') }, '--');
    const far = event('access.granted', 'reader-yard', 2, 'momentary', { details: { credential: '4711' }, place: { areas: ['yard'], cameras: [] } });
    expectMoments(travel, 'ab', { a: granted(0), b: far }, '-(oe)');
  });
});

describe('all', () => {
  const rule = { when: { all: [{ event: 'access.denied' }, { event: 'door.open' }], within: '30s', by: 'door' } };

  it('is completed in any order', () => {
    expectMoments(rule, 'ab', { a: denied(0), b: open(1) }, '-(oe)');
    expectMoments(rule, 'ba', { a: denied(1), b: open(0) }, '-(oe)');
    expectMoments(rule, 'aa', { a: denied(0) }, '--');
    expectMoments(rule, 'a 30s b', { a: denied(0), b: open(30_001) }, '-');
  });

  it('needs an event of its own for each', () => {
    const two = { when: { all: [{ event: 'tamper' }, { event: 'tamper' }], within: '30s', by: 'area' } };
    const tamper = (at: number, point: string) => event('tamper', point, at);
    expectMoments(two, 'a', { a: tamper(0, 'zone-1') }, '-');
    expectMoments(two, 'ab', { a: tamper(0, 'zone-1'), b: tamper(1, 'zone-2') }, '-(oe)');
  });
});

describe('absence', () => {
  const rule = { when: { after: { event: 'access.granted' }, absence: { event: 'door.open' }, within: '10s', by: 'door' } };

  it('concludes when the time is up', () => {
    expectMoments(rule, 'a', { a: granted(0) }, '10500ms o');
  });

  it('concludes nothing when the event follows, also when it is still on its way', () => {
    expectMoments(rule, 'a 4999ms b', { a: granted(0), b: open(5000) }, '-');
    expectMoments(rule, 'a 10299ms b', { a: granted(0), b: open(10_000) }, '-');
    expectMoments(rule, 'b 99ms a', { a: granted(0), b: open(50) }, '-');
  });

  it('is taken back by what is told late', () => {
    expectMoments(rule, 'a 10999ms b', { a: granted(0), b: open(9000) }, '10500ms o 499ms t');
  });
});

describe('armed', () => {
  const armed = (at: number, partition = 1) => event('panel.armed', 'panel-main', at, 'raised', { details: { partition } });
  const disarmed = (at: number, partition = 1) => event('panel.armed', 'panel-main', at, 'restored', { details: { partition } });
  const inLobby = (at: number) => event('door.open', 'door-main', at);
  const rule = { when: { event: 'door.open' }, armed: true };

  it('counts from arming to disarming, in the area of the panel', () => {
    expectMoments(rule, 'a 999ms o', { a: armed(0), o: inLobby(1000) }, '1500ms o');
    expectMoments(rule, 'a 499ms d 499ms o', { a: armed(0), d: disarmed(500), o: inLobby(1000) }, '-');
    expectMoments(rule, 'a 999ms o', { a: armed(0), o: open(1000) }, '-');
    expectMoments({ ...rule, armed: false }, 'o', { o: inLobby(0) }, '500ms o');
  });

  it('counts while any partition is armed', () => {
    expectMoments(rule, 'ab 498ms d 499ms o', { a: armed(0), b: armed(1, 2), d: disarmed(500), o: inLobby(1000) }, '1500ms o');
  });

  it('knows what was armed before the gateway started', () => {
    expectMoments(rule, 'a 999ms o', { a: { ...armed(0), initial: true }, o: inLobby(1000) }, '1500ms o');
  });

  it('is corrected by what is told late', () => {
    expectMoments(rule, 'o 999ms a', { a: armed(-100), o: inLobby(0) }, '1s o');
    expectMoments(rule, 'a 999ms o 999ms d', { a: armed(0), o: inLobby(1000), d: disarmed(900) }, '1500ms o 499ms t');
  });
});

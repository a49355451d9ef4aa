import assert from 'node:assert/strict';
import { correlate } from '../../../src/correlation/engine.ts';
import type { LocatedEvent } from '../../../src/domain/event.ts';
import type { EventFields } from '../lab.ts';
import { event, expectMoments, found, inVirtualTime, rulesOf } from '../lab.ts';

const open = (at: number, fields: EventFields = {}) => event('door.open', 'door-server', at, 'raised', fields);
const shut = (at: number) => event('door.open', 'door-server', at, 'restored');

const rule = { when: { event: 'door.open' }, lasts: '20s', lateness: '500ms' };
const expectLasting = (arrivals: string, events: Record<string, LocatedEvent>, moments: string) => expectMoments(rule, arrivals, events, moments);

describe('lasts', () => {
  it('concludes when the time is up', () => {
    expectLasting('1s o', { o: open(1000) }, '21500ms o');
  });

  it('concludes nothing when the state ends in time, and waits anew the next time', () => {
    expectLasting('o 9999ms c 9999ms p', { o: open(0), c: shut(10_000), p: open(20_000) }, '40500ms o');
  });

  it('counts from the event, not from its arrival', () => {
    expectLasting('5s o', { o: open(0) }, '20500ms o');
    expectLasting('30s o', { o: open(0) }, '30s o');
  });

  it('does not start anew when the same is said again', () => {
    expectLasting('o 9999ms p', { o: open(0), p: open(10_000) }, '20500ms o');
  });

  it('does not start anew however often the same is said again', () => {
    const events = { o: open(0), p: open(5000), q: open(10_000), r: open(19_000) };
    expectLasting('o 4999ms p 4999ms q 8999ms r', events, '20500ms o');
  });

  it('does not start anew where a controller says every second that its door is open', () => {
    const often = Array.from({ length: 19 }, (_, second) => [String.fromCharCode(65 + second), open(1000 * (second + 1))] as const);
    expectLasting(['o', ...often.map(([name]) => name)].join(' 999ms '), { o: open(0), ...Object.fromEntries(often) }, '20500ms o');
  });

  it('waits for each point by itself', () => {
    expectLasting('o 9999ms p', { o: open(0), p: event('door.open', 'door-main', 10_000) }, '20500ms o 9999ms o');
  });

  it('goes on while the state is uncertain', () => {
    expectLasting('o 9999ms u', { o: open(0), u: event('door.open', 'door-server', 10_000, 'uncertain') }, '20500ms o');
  });

  it('starts no time for a state that was read on connecting, but an end that was read ends it', () => {
    expectLasting('o', { o: open(0, { initial: true }) }, '-');
    const end = event('door.open', 'door-server', 10_000, 'restored', { initial: true });
    expectLasting('o 9999ms c', { o: open(0), c: end }, '-');
  });

  it('knows an end that arrives before its begin', () => {
    expectLasting('co', { c: shut(10), o: open(0) }, '-');
  });

  it('sees the second of two states whose end between them arrives last', () => {
    expectLasting('opc', { o: open(-200), p: open(-50), c: shut(-100) }, '20450ms o');
  });

  it('takes back what a late end shows to have been shorter, and only that', () => {
    expectLasting('o 21999ms c', { o: open(0), c: shut(19_000) }, '20500ms o 1499ms t');
    expectLasting('o 21999ms c', { o: open(0), c: shut(21_000) }, '20500ms o');
  });

  it('concludes at once when the end tells that the time was up', () => {
    expectLasting('o 20199ms c', { o: open(0), c: shut(20_100) }, '20200ms o');
  });

  it('begins anew after a conclusion whose end went missing', () => {
    expectLasting('o 59999ms p', { o: open(0), p: open(60_000) }, '20500ms o 59999ms o');
  });

  it('begins anew by what is told when the time is up, not by what was told before', () => {
    expectLasting('o 7999ms p 13999ms c', { o: open(0), p: open(8000), c: shut(19_000) }, '20500ms o 1499ms t');
    const later = { q: open(3_600_000), c: shut(3_605_000), r: open(7_200_000) };
    expectLasting('o 7999ms p 3591999ms q 4999ms c 3594999ms r', { o: open(0), p: open(8000), ...later }, '20500ms o 7199999ms o');
  });

  it('knows an end however often what it ends was told and concluded', () => {
    const often = Array.from({ length: 20 }, (_, minute) => event('door.open', 'door-server', 60_000 * minute));
    const leads = found(
      [{ id: 'tried', title: 't', opens: { incident: 'found', priority: 3, reason: 'f' }, ...rule }],
      ...often,
      shut(1_190_000),
      open(7_200_000),
      shut(7_205_000),
      open(9_000_000),
    );
    const expected = [...often, open(9_000_000)].map(({ id }) => `lead tried ${id}`);
    assert.deepEqual(leads, expected);
  });

  it('waits and ends however long it takes, whatever other doors do meanwhile', () => {
    const [a, b] = [event('door.open', 'door-main', 1_200_000), event('door.open', 'door-main', 1_200_010, 'restored')];
    const [c, d] = [event('door.open', 'door-main', 2_400_000), event('door.open', 'door-main', 2_400_010, 'restored')];
    const hour = { ...rule, lasts: '1h' };
    const others = 'o 1199999ms a 9ms b 1199989ms c 9ms d';
    expectMoments(hour, others, { o: open(0), a, b, c, d }, '3600500ms o');
    expectMoments(hour, `${others} 599989ms e`, { o: open(0), a, b, c, d, e: shut(3_000_000) }, '-');
  });

  it('lets a point without a limit be', () => {
    expectMoments({ ...rule, lasts: 'door.heldAfterSeconds' }, 'o', { o: event('door.open', 'door-main', 0) }, '-');
  });

  it('leaves no timer behind when nobody listens any more', () => {
    inVirtualTime(({ hot, expectObservable, expectSubscriptions }, context) => {
      const source = hot('o', { o: open(0) });
      const opens = { incident: 'found', priority: 3, reason: 'found' };
      expectObservable(correlate(source, rulesOf({ id: 'tried', title: 'found', opens, ...rule }), context), '^ 9999ms !').toBe('-');
      expectSubscriptions(source.subscriptions).toBe('^ 9999ms !');
    });
  });
});

import { map } from 'rxjs';
import { lasts } from '../../../src/correlation/patterns/lasts.ts';
import type { EventFields } from '../lab.ts';
import { event, inVirtualTime } from '../lab.ts';
import type { LocatedEvent } from '../../../src/domain/event.ts';

const open = (at: number, fields: EventFields = {}) => event('door.open', 'door-server', at, 'raised', fields);
const shut = (at: number) => event('door.open', 'door-server', at, 'restored');

/** `l`: it lasted; `t`: taken back. */
function expectMoments(arrivals: string, events: Record<string, LocatedEvent>, moments: string): void {
  inVirtualTime(({ hot, expectObservable }, context) => {
    const found$ = hot(arrivals, events).pipe(
      lasts({ event: ['door.open'], phase: 'raised' }, () => ({ ms: 20_000 }), { ms: 500 }, context),
      map(({ type }) => (type === 'begins' ? 'l' : 't')),
    );
    expectObservable(found$).toBe(moments);
  });
}

describe('lasts', () => {
  it('concludes when the time is up', () => {
    expectMoments('1s o', { o: open(1000) }, '21500ms l');
  });

  it('concludes nothing when the state ends in time, and waits anew the next time', () => {
    expectMoments('o 9999ms c 9999ms p', { o: open(0), c: shut(10_000), p: open(20_000) }, '40500ms l');
  });

  it('counts from the event, not from its arrival', () => {
    expectMoments('5s o', { o: open(0) }, '20500ms l');
    expectMoments('30s o', { o: open(0) }, '30s l');
  });

  it('does not start anew when the same is said again', () => {
    expectMoments('o 9999ms p', { o: open(0), p: open(10_000) }, '20500ms l');
  });

  it('waits for each point by itself', () => {
    expectMoments('o 9999ms p', { o: open(0), p: event('door.open', 'door-main', 10_000) }, '20500ms l 9999ms l');
  });

  it('goes on while the state is uncertain', () => {
    expectMoments('o 9999ms u', { o: open(0), u: event('door.open', 'door-server', 10_000, 'uncertain') }, '20500ms l');
  });

  it('starts no time for a state that was read on connecting, but an end that was read ends it', () => {
    expectMoments('o', { o: open(0, { initial: true }) }, '-');
    const end = event('door.open', 'door-server', 10_000, 'restored', { initial: true });
    expectMoments('o 9999ms c', { o: open(0), c: end }, '-');
  });

  it('knows an end that arrives before its begin', () => {
    expectMoments('co', { c: shut(10), o: open(0) }, '-');
  });

  it('sees the second of two states whose end between them arrives last', () => {
    expectMoments('opc', { o: open(-200), p: open(-50), c: shut(-100) }, '20450ms l');
  });

  it('takes back what a late end shows to have been shorter, and only that', () => {
    expectMoments('o 21999ms c', { o: open(0), c: shut(19_000) }, '20500ms l 1499ms t');
    expectMoments('o 21999ms c', { o: open(0), c: shut(21_000) }, '20500ms l');
  });

  it('concludes at once when the end tells that the time was up', () => {
    expectMoments('o 20199ms c', { o: open(0), c: shut(20_100) }, '20200ms l');
  });

  it('begins anew after a conclusion whose end went missing', () => {
    expectMoments('o 59999ms p', { o: open(0), p: open(60_000) }, '20500ms l 59999ms l');
  });

  it('lets a point without a limit be', () => {
    inVirtualTime(({ hot, expectObservable }, context) => {
      const found$ = hot('o', { o: open(0) }).pipe(lasts({ event: ['door.open'], phase: 'raised' }, () => undefined, { ms: 500 }, context));
      expectObservable(found$).toBe('-');
    });
  });

  it('leaves no timer behind when nobody listens any more', () => {
    inVirtualTime(({ hot, expectObservable, expectSubscriptions }, context) => {
      const source = hot('o', { o: open(0) });
      const found$ = source.pipe(lasts({ event: ['door.open'], phase: 'raised' }, () => ({ ms: 20_000 }), { ms: 500 }, context));
      expectObservable(found$, '^ 9999ms !').toBe('-');
      expectSubscriptions(source.subscriptions).toBe('^ 9999ms !');
    });
  });
});

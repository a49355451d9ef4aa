import { restored } from '../../../src/correlation/patterns/restored.ts';
import type { Moment } from '../../../src/correlation/moment.ts';
import type { LocatedEvent } from '../../../src/domain/event.ts';
import { event, inVirtualTime } from '../lab.ts';

const shut = (at: number, initial = false) => event('door.open', 'door-server', at, 'restored', initial ? { initial: true } : {});
const begins = (at: number): Moment => ({ type: 'begins', event: event('door.open', 'door-server', at) });

function expectEnds(arrivals: string, events: Record<string, LocatedEvent>, moments: string, values: Record<string, Moment>, expected: string): void {
  inVirtualTime(({ hot, expectObservable }, context) => {
    const moments$ = hot(moments, values);
    const found$ = hot(arrivals, events).pipe(
      restored({ event: ['door.open'], phase: 'restored' }, moments$, ({ place }) => place.door ?? '', 500, context),
    );
    expectObservable(found$).toBe(expected, events);
  });
}

describe('restored', () => {
  it('tells every end, also of what began before the gateway did', () => {
    expectEnds('c', { c: shut(0) }, '-', {}, 'c');
    expectEnds('c', { c: shut(0, true) }, '-', {}, 'c');
  });

  it('tells neither begins nor what is uncertain', () => {
    expectEnds('ou', { o: event('door.open', 'door-server', 0), u: event('door.open', 'door-server', 1, 'uncertain') }, '-', {}, '-');
  });

  it('tells an end once more when its begin is found after it', () => {
    expectEnds('c', { c: shut(0) }, '300ms b', { b: begins(-100) }, 'c 299ms c');
  });

  it('does not take an earlier end for the end of a later begin', () => {
    expectEnds('c', { c: shut(0) }, '300ms b', { b: begins(100) }, 'c');
  });

  it('forgets an end after a while', () => {
    expectEnds('c', { c: shut(0) }, '6s b', { b: begins(-100) }, 'c');
  });
});

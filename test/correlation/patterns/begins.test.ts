import { map } from 'rxjs';
import { begins } from '../../../src/correlation/patterns/begins.ts';
import { event, inVirtualTime } from '../lab.ts';

describe('begins', () => {
  const events = {
    r: event('door.held', 'door-server', 0),
    m: event('door.held', 'door-server', 1, 'momentary'),
    e: event('door.held', 'door-server', 2, 'restored'),
    u: event('door.held', 'door-server', 3, 'uncertain'),
    i: event('door.held', 'door-server', 4, 'raised', { initial: true }),
    o: event('door.open', 'door-server', 5),
  };

  it('takes raised and momentary events of its kind, at once', () => {
    inVirtualTime(({ hot, expectObservable, expectSubscriptions }, context) => {
      const source = hot('  rmeuio|', events);
      const expected = '    rm----|';
      const subscription = '^-----!';
      expectObservable(
        source.pipe(
          begins({ event: ['door.held'], phase: 'raised' }, context),
          map((moment) => moment.event),
        ),
      ).toBe(expected, events);
      expectSubscriptions(source.subscriptions).toBe(subscription);
    });
  });

  it('takes the ends of states where it is asked for them', () => {
    inVirtualTime(({ hot, expectObservable }, context) => {
      const found$ = hot('rmeuio|', events).pipe(begins({ event: ['door.held'], phase: 'restored' }, context));
      expectObservable(found$).toBe('--e---|', { e: { type: 'begins', event: events.e } });
    });
  });

  it('takes only points of the types that it names', () => {
    inVirtualTime(({ hot, expectObservable }, context) => {
      const offline = {
        d: event('device.offline', 'ctl-main', 0),
        p: event('device.offline', 'panel-main', 1),
        x: event('device.offline', 'gone', 2),
      };
      const found$ = hot('dpx|', offline).pipe(begins({ event: ['device.offline'], of: ['panel'], phase: 'raised' }, context));
      expectObservable(found$).toBe('-p-|', { p: { type: 'begins', event: offline.p } });
    });
  });
});

import { correlate } from '../../../src/correlation/engine.ts';
import { filter, map } from 'rxjs';
import type { LocatedEvent } from '../../../src/domain/event.ts';
import type { EventKind } from '../../../src/domain/kinds.ts';
import { arriving, event, findingsOf, inVirtualTime, rulesOf } from '../lab.ts';

const motion = (at: number, camera = 'cam-server') => event('video.motion', camera, at);
const forced = (at: number, point = 'door-server') => event('door.forced', point, at);
const lead = (id: string, kind: EventKind) => ({ id, title: id, when: { event: kind }, opens: { incident: id, priority: 2, reason: id } });

/** `s`: an event strengthens a lead. */
function expectSupport(change: Record<string, unknown>, arrivals: string, events: Record<string, LocatedEvent>, expected: string): void {
  const support = { id: 'support', strengthens: ['door-forced'], with: 'video.motion', by: 'covers', before: '15s', within: '60s' };
  const rules = rulesOf(lead('door-forced', 'door.forced'), lead('fire', 'fire.alarm'), { ...support, raisesPriorityBy: 1, reason: 's', ...change });
  inVirtualTime(({ hot, expectObservable }, context) => {
    const found$ = findingsOf(correlate(arriving(hot(arrivals, events), context), rules, context)).pipe(
      filter(({ type }) => type === 'support'),
      map(() => 's'),
    );
    expectObservable(found$).toBe(expected);
  });
}

describe('support', () => {
  it('pairs a lead with an event after it, as soon as that arrives', () => {
    expectSupport({}, 'l 2999ms m', { l: forced(0), m: motion(3000) }, '3s s');
  });

  it('pairs a lead with an event before it, as soon as the lead comes', () => {
    expectSupport({}, 'm 2999ms l', { l: forced(3000), m: motion(0) }, '3s s');
  });

  it('counts both limits in, in event time', () => {
    expectSupport({}, 'm 14999ms l', { l: forced(15_000), m: motion(0) }, '15s s');
    expectSupport({}, 'm 14999ms l', { l: forced(15_001), m: motion(0) }, '-');
    expectSupport({}, 'l 59999ms m', { l: forced(0), m: motion(60_000) }, '60s s');
    expectSupport({}, 'l 59999ms m', { l: forced(0), m: motion(60_001) }, '-');
  });

  it('finds what arrives late', () => {
    expectSupport({}, 'l 63999ms m', { l: forced(0), m: motion(59_000) }, '64s s');
  });

  it('is not found elsewhere, for other incidents, or in a state that was read on connecting', () => {
    expectSupport({}, 'lm', { l: forced(0), m: motion(1, 'cam-lobby') }, '-');
    expectSupport({}, 'lm', { l: event('fire.alarm', 'zone-1', 0), m: motion(1) }, '-');
    expectSupport({}, 'lm', { l: forced(0), m: event('video.motion', 'cam-server', 1, 'raised', { initial: true }) }, '-');
    expectSupport({}, 'lm', { l: forced(0), m: event('video.motion', 'cam-server', 1, 'restored') }, '-');
  });

  it('relates by what the rule says', () => {
    const denied = { l: forced(0), d: event('access.denied', 'reader-server', 1, 'momentary') };
    expectSupport({ with: 'access.denied', by: 'door' }, 'ld', denied, '-s');
    expectSupport({ with: 'access.denied', by: 'point' }, 'ld', denied, '-');
    expectSupport({ with: 'access.denied', by: ['door', 'device'] }, 'ld', denied, '-s');
    expectSupport({ with: 'access.denied', by: ['door', 'point'] }, 'ld', denied, '-');
    const zones = { l: forced(0), a: event('intrusion.alarm', 'zone-1', 1), b: event('intrusion.alarm', 'zone-3', 2) };
    expectSupport({ with: 'intrusion.alarm', by: 'area' }, 'lab', zones, '-s');
    expectSupport({ with: 'intrusion.alarm', by: 'adjacent' }, 'lab', zones, '-ss');
    expectSupport({ with: 'intrusion.alarm', by: 'within' }, 'lab', zones, '-ss');
  });

  it('may be narrowed like any other event', () => {
    const zones = { l: forced(0), a: event('tamper', 'zone-1', 1), b: event('tamper', 'zone-2', 2) };
    expectSupport({ with: { event: 'tamper', if: "event.point == 'zone-2'" }, by: 'area' }, 'lab', zones, '--s');
  });

  it('does not count the same point saying the same again', () => {
    const again = { l: forced(0), f: { ...forced(1), id: 'f' }, g: event('door.forced', 'reader-server', 2) };
    expectSupport({ with: 'door.forced', by: 'door' }, 'l', again, '-');
    expectSupport({ with: 'door.forced', by: 'door' }, 'lg', again, '-(ss)');
  });
});

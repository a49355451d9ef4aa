import { map } from 'rxjs';
import { support } from '../../../src/correlation/patterns/support.ts';
import type { SupportRule } from '../../../src/correlation/rule-schema.ts';
import type { LocatedEvent } from '../../../src/domain/event.ts';
import type { LeadFinding } from '../../../src/domain/incident.ts';
import { event, inVirtualTime } from '../lab.ts';

const pattern = {
  strengthens: ['door-forced'],
  with: ['video.motion'] as const,
  by: 'covers' as SupportRule['by'],
  before: { ms: 15_000 },
  within: { ms: 60_000 },
};

const motion = (at: number, camera = 'cam-server') => event('video.motion', camera, at);

function lead(at: number, incidentKind = 'door-forced', point = 'door-server'): LeadFinding {
  const forced = event('door.forced', point, at);
  return { type: 'lead', id: 'lead', rule: 'door-forced', incidentKey: 'key', event: forced, at, reason: '', incidentKind, title: '', priority: 2 };
}

/** `s`: an event strengthens a lead. */
function expectSupport(
  rule: typeof pattern | (Omit<typeof pattern, 'with'> & Pick<SupportRule, 'with'>),
  leads: string,
  lead: LeadFinding,
  arrivals: string,
  events: Record<string, LocatedEvent>,
  expected: string,
): void {
  inVirtualTime(({ hot, expectObservable }, context) => {
    const found$ = hot(arrivals, events).pipe(
      support(rule, hot(leads, { l: lead }), context),
      map(() => 's'),
    );
    expectObservable(found$).toBe(expected);
  });
}

describe('support', () => {
  it('pairs a lead with an event after it, as soon as that arrives', () => {
    expectSupport(pattern, 'l', lead(0), '3s m', { m: motion(3000) }, '3s s');
  });

  it('pairs a lead with an event before it, as soon as the lead comes', () => {
    expectSupport(pattern, '3s l', lead(3000), 'm', { m: motion(0) }, '3s s');
  });

  it('counts both limits in, in event time', () => {
    expectSupport(pattern, '15s l', lead(15_000), 'm', { m: motion(0) }, '15s s');
    expectSupport(pattern, '15s l', lead(15_001), 'm', { m: motion(0) }, '-');
    expectSupport(pattern, 'l', lead(0), '60s m', { m: motion(60_000) }, '60s s');
    expectSupport(pattern, 'l', lead(0), '60s m', { m: motion(60_001) }, '-');
  });

  it('finds what arrives late', () => {
    expectSupport(pattern, 'l', lead(0), '64s m', { m: motion(59_000) }, '64s s');
  });

  it('finds what happened while the rule that leads was waiting', () => {
    expectSupport(pattern, '30s l', lead(0), '2s m', { m: motion(2000) }, '30s s');
  });

  it('is not found elsewhere, for other incidents, or in a state that was read on connecting', () => {
    expectSupport(pattern, 'l', lead(0), '-m', { m: motion(1, 'cam-lobby') }, '-');
    expectSupport(pattern, 'l', lead(0, 'fire'), '-m', { m: motion(1) }, '-');
    expectSupport(pattern, 'l', lead(0), '-m', { m: event('video.motion', 'cam-server', 1, 'raised', { initial: true }) }, '-');
    expectSupport(pattern, 'l', lead(0), '-m', { m: event('video.motion', 'cam-server', 1, 'restored') }, '-');
  });

  it('relates by door, area or point', () => {
    const denied = { d: event('access.denied', 'reader-server', 1, 'momentary') };
    expectSupport({ ...pattern, with: ['access.denied'], by: 'door' }, 'l', lead(0), '-d', denied, '-s');
    expectSupport({ ...pattern, with: ['access.denied'], by: 'point' }, 'l', lead(0), '-d', denied, '-');
    const zones = { a: event('intrusion.alarm', 'zone-1', 1), b: event('intrusion.alarm', 'zone-3', 2) };
    expectSupport({ ...pattern, with: ['intrusion.alarm'], by: 'area' }, 'l', lead(0), '-ab', zones, '-s');
    const tamper = { t: event('door.tamper', 'door-server', 1) };
    expectSupport({ ...pattern, with: ['door.tamper'], by: 'point' }, 'l', lead(0), '-t', tamper, '-s');
  });

  it('does not count the same point saying the same again', () => {
    const again = { f: event('door.forced', 'door-server', 1), g: event('door.forced', 'reader-server', 2) };
    expectSupport({ ...pattern, with: ['door.forced'], by: 'door' }, 'l', lead(0), '-fg', again, '--s');
  });
});

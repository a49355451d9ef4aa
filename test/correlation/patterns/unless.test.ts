import { map } from 'rxjs';
import { unless } from '../../../src/correlation/patterns/unless.ts';
import type { Unless } from '../../../src/correlation/rule-schema.ts';
import type { LocatedEvent } from '../../../src/domain/event.ts';
import { event, inVirtualTime } from '../lab.ts';

const badge = (at: number, point = 'reader-server', credential = '4711') =>
  event('access.granted', point, at, 'momentary', { details: { credential } });
const unlocked = (at: number) => event('door.unlocked', 'door-server', at);
const locked = (at: number) => event('door.unlocked', 'door-server', at, 'restored');
const open = (at: number, id = `open@${at}`) => event('door.open', 'door-server', at, 'raised', { id });

const lately: Unless = { event: ['access.granted'], phase: 'raised', within: { ms: 10_000 }, by: 'door' };
const standing: Unless = { event: ['door.unlocked'], phase: 'raised', stands: true, by: 'door' };

/** `o`: concluded; `t`: taken back. */
function expectMoments(lines: readonly Unless[], latenessMs: number, arrivals: string, events: Record<string, LocatedEvent>, moments: string): void {
  inVirtualTime(({ hot, expectObservable }, context) => {
    const found$ = hot(arrivals, events).pipe(
      unless({ event: ['door.open'], phase: 'raised' }, lines, { ms: latenessMs }, context),
      map(({ type }) => (type === 'begins' ? 'o' : 't')),
    );
    expectObservable(found$).toBe(moments);
  });
}

describe('unless', () => {
  it('concludes at once where no lateness is allowed', () => {
    expectMoments([lately], 0, '1s o', { o: open(1000) }, '1s o');
  });

  it('lets events arrive that are on their way', () => {
    expectMoments([lately], 500, 'o 299ms b', { o: open(0), b: badge(0) }, '-');
    expectMoments([lately], 500, 'o', { o: open(0) }, '500ms o');
  });

  it('counts an explanation up to its limit before, and not earlier', () => {
    expectMoments([lately], 0, 'b 9999ms o', { b: badge(0), o: open(10_000) }, '-');
    expectMoments([lately], 0, 'b 10s o', { b: badge(0), o: open(10_001) }, '10001ms o');
  });

  it('counts in event time, however late both were told', () => {
    expectMoments([lately], 0, '100s b 4s o', { b: badge(1000), o: open(2000) }, '-');
  });

  it('relates by what the rule says', () => {
    expectMoments([lately], 0, 'bo', { b: badge(0, 'reader-main'), o: open(1) }, '-o');
    expectMoments([{ ...lately, by: 'area' }], 0, 'bo', { b: badge(0, 'zone-1'), o: open(1) }, '-');
    const byCredential: Unless = { ...lately, by: 'credential' };
    const used = event('door.open', 'door-server', 1, 'raised', { details: { credential: '4711' } });
    expectMoments([byCredential], 0, 'bo', { b: badge(0, 'reader-main', '4711'), o: used }, '-');
    expectMoments([byCredential], 0, 'bo', { b: badge(0, 'reader-main', '4712'), o: used }, '-o');
  });

  it('counts a state that stands, from its begin to its end', () => {
    const events = { u: unlocked(0), o: open(50_000), l: locked(60_000), p: open(70_000) };
    expectMoments([standing], 0, 'u 49999ms o 9999ms l 9999ms p', events, '70s o');
  });

  it('takes an uncertain state for what it was', () => {
    const events = { u: unlocked(0), x: event('door.unlocked', 'door-server', 1000, 'uncertain'), o: open(5000) };
    expectMoments([standing], 0, 'u 999ms x 3999ms o', events, '-');
  });

  it('takes back what a late message explains, once for each conclusion', () => {
    expectMoments([lately], 500, 'o 2s b', { o: open(0), b: badge(-100) }, '500ms o 1500ms t');
    expectMoments([standing], 500, 'o 2s u', { o: open(0), u: unlocked(-100) }, '500ms o 1500ms t');
  });

  it('takes nothing back after more than 5 s', () => {
    expectMoments([lately], 500, 'o 6s b', { o: open(0), b: badge(-100) }, '500ms o');
  });

  it('is not explained by the event itself, but by another of the same kind', () => {
    const twice: Unless = { event: ['door.open'], phase: 'raised', within: { ms: 10_000 }, by: 'door' };
    expectMoments([twice], 0, 'o 999ms p', { o: open(0), p: open(1000) }, 'o');
  });
});

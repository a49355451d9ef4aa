import type { LocatedEvent } from '../../../src/domain/event.ts';
import { event, expectMoments } from '../lab.ts';

const badge = (at: number, point = 'reader-server', credential = '4711') =>
  event('access.granted', point, at, 'momentary', { details: { credential } });
const unlocked = (at: number) => event('door.unlocked', 'door-server', at);
const locked = (at: number) => event('door.unlocked', 'door-server', at, 'restored');
const open = (at: number, id = `open@${at}`) => event('door.open', 'door-server', at, 'raised', { id });

const lately = { event: 'access.granted', within: '10s', by: 'door' };
const standing = { event: 'door.unlocked', stands: true, by: 'door' };

function expectOpened(unless: unknown[], latenessMs: number, arrivals: string, events: Record<string, LocatedEvent>, moments: string): void {
  expectMoments({ when: { event: 'door.open' }, unless, lateness: `${latenessMs}ms` }, arrivals, events, moments);
}

describe('unless', () => {
  it('concludes at once where no lateness is allowed', () => {
    expectOpened([lately], 0, '1s o', { o: open(1000) }, '1s o');
  });

  it('lets events arrive that are on their way', () => {
    expectOpened([lately], 500, 'o 299ms b', { o: open(0), b: badge(0) }, '-');
    expectOpened([lately], 500, 'o', { o: open(0) }, '500ms o');
  });

  it('counts an explanation up to its limit before, and not earlier', () => {
    expectOpened([lately], 0, 'b 9999ms o', { b: badge(0), o: open(10_000) }, '-');
    expectOpened([lately], 0, 'b 10s o', { b: badge(0), o: open(10_001) }, '10001ms o');
  });

  it('counts in event time, however late both were told', () => {
    expectOpened([lately], 0, '100s b 4s o', { b: badge(1000), o: open(2000) }, '-');
  });

  it('relates by what the rule says', () => {
    expectOpened([lately], 0, 'bo', { b: badge(0, 'reader-main'), o: open(1) }, '-o');
    expectOpened([{ ...lately, by: 'area' }], 0, 'bo', { b: badge(0, 'zone-1'), o: open(1) }, '-');
    const byCredential = { ...lately, by: 'credential' };
    const used = event('door.open', 'door-server', 1, 'raised', { details: { credential: '4711' } });
    expectOpened([byCredential], 0, 'bo', { b: badge(0, 'reader-main', '4711'), o: used }, '-');
    expectOpened([byCredential], 0, 'bo', { b: badge(0, 'reader-main', '4712'), o: used }, '-o');
  });

  it('counts a state that stands, from its begin to its end', () => {
    const events = { u: unlocked(0), o: open(50_000), l: locked(60_000), p: open(70_000) };
    expectOpened([standing], 0, 'u 49999ms o 9999ms l 9999ms p', events, '70s o');
  });

  it('counts a state for as long as it stands, whatever other doors do meanwhile', () => {
    const others = { a: event('door.unlocked', 'door-main', 1_200_000), b: event('door.unlocked', 'door-main', 2_400_000, 'restored') };
    const events = { u: unlocked(0), ...others, o: open(3_600_000), l: locked(3_700_000), p: open(3_800_000) };
    const arrivals = 'u 1199999ms a 1199999ms b 1199999ms o 99999ms l 99999ms p';
    expectOpened([standing], 0, arrivals, events, '3800s o');
  });

  it('takes an uncertain state for what it was', () => {
    const events = { u: unlocked(0), x: event('door.unlocked', 'door-server', 1000, 'uncertain'), o: open(5000) };
    expectOpened([standing], 0, 'u 999ms x 3999ms o', events, '-');
  });

  it('takes back what a late message explains, once for each conclusion', () => {
    expectOpened([lately], 500, 'o 2s b', { o: open(0), b: badge(-100) }, '500ms o 1500ms t');
    expectOpened([standing], 500, 'o 2s u', { o: open(0), u: unlocked(-100) }, '500ms o 1500ms t');
  });

  it('concludes when a late message tells that what explained it was over', () => {
    const events = { u: unlocked(0), o: open(2000), l: locked(1500) };
    expectOpened([standing], 500, 'u 1999ms o 2s l', events, '4001ms o');
    expectOpened([standing], 500, 'u 1999ms o 2s l', { ...events, l: locked(3000) }, '-');
  });

  it('takes nothing back after more than 5 s', () => {
    expectOpened([lately], 500, 'o 6s b', { o: open(0), b: badge(-100) }, '500ms o');
  });

  it('is not explained by the event itself, but by another of the same kind', () => {
    const twice = { event: 'door.open', within: '10s', by: 'door' };
    expectOpened([twice], 0, 'o 999ms p', { o: open(0), p: open(1000) }, 'o');
  });

  it('with `after` opens at once, and takes back when the explanation follows in time', () => {
    const soon = { event: 'access.granted', after: '10s', by: 'door' };
    expectOpened([soon], 500, 'o 4999ms b', { o: open(0), b: badge(5000) }, 'o 4999ms t');
    expectOpened([soon], 500, 'o 10s b', { o: open(0), b: badge(10_001) }, 'o');
    expectOpened([soon], 500, 'o 4999ms b', { o: open(0), b: badge(5000, 'reader-main') }, 'o');
  });
});

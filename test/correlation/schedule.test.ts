import assert from 'node:assert/strict';
import { schedules } from '../../src/correlation/schedule.ts';
import type { Site } from '../../src/domain/site.ts';
import { emptySite } from '../support/nowhere.ts';

const site: Site = {
  ...emptySite,
  timeZone: 'Europe/Berlin',
  holidays: ['2026-12-25'],
  schedules: [
    { id: 'office', name: 'Office', weekly: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '08:00', to: '18:00' }] },
    { id: 'night', name: 'Night', weekly: [{ days: ['fri'], from: '22:00', to: '06:00' }] },
    { id: 'thursday', name: 'Thursday night', weekly: [{ days: ['thu'], from: '22:00', to: '06:00' }] },
    { id: 'eve', name: 'Holiday night', weekly: [{ days: ['holiday'], from: '22:00', to: '06:00' }] },
    { id: 'rest', name: 'Rest', weekly: [{ days: ['sat', 'sun', 'holiday'], from: '00:00', to: '24:00' }] },
  ],
};
const isDuring = schedules(site);

describe('a schedule', () => {
  for (const [what, schedule, at, expected] of [
    ['counts by the clock of the site', 'office', '2026-01-15T07:00:00Z', true],
    ['counts by the clock of the site', 'office', '2026-01-15T06:59:00Z', false],
    ['ends at its end', 'office', '2026-01-15T17:00:00Z', false],
    ['follows daylight saving time', 'office', '2026-07-15T06:00:00Z', true],
    ['knows the days of the week', 'office', '2026-01-17T09:00:00Z', false],
    ['does not count on a holiday', 'office', '2026-12-25T09:00:00Z', false],
    ['counts on a holiday where it says so', 'rest', '2026-12-25T09:00:00Z', true],
    ['goes on after midnight', 'night', '2026-01-17T04:59:00Z', true],
    ['goes on after midnight to its end', 'night', '2026-01-17T05:00:00Z', false],
    ['does not begin the night before', 'night', '2026-01-16T04:00:00Z', false],
    ['of a holiday begins on its evening', 'eve', '2026-12-25T22:00:00Z', true],
    ['of a holiday goes on after its midnight', 'eve', '2026-12-26T02:00:00Z', true],
    ['of a holiday does not begin the night before', 'eve', '2026-12-25T02:00:00Z', false],
    ['of a weekday does not begin when that is a holiday', 'night', '2026-12-25T22:00:00Z', false],
    ['of a weekday that was a holiday does not go on after midnight', 'night', '2026-12-26T02:00:00Z', false],
    ['of a weekday goes on into a holiday', 'thursday', '2026-12-25T02:00:00Z', true],
    ['may last all day', 'rest', '2026-01-18T22:59:00Z', true],
  ] as const) {
    it(`${what}: ${schedule} at ${at}`, () => assert.equal(isDuring(schedule, Date.parse(at)), expected));
  }

  it('that the site does not have is none', () => assert.equal(isDuring('gone', 0), undefined));
});

import assert from 'node:assert/strict';
import { Subject } from 'rxjs';
import type { Incident, LogEntry } from '../../src/domain/incident.ts';
import { recordIncidents } from '../../src/incident-recordings.ts';
import type { IncidentChange } from '../../src/store/book-writer.ts';
import { ManualClock } from '../support/manual-clock.ts';

describe('recordings of incidents', () => {
  const clock = new ManualClock();

  function arrange(incidents: readonly Incident[]) {
    const done: string[] = [];
    const changes = new Subject<readonly IncidentChange[]>();
    const recordings = recordIncidents({
      video: {
        keep: (id, cameras, at, resumes) =>
          done.push(`${resumes === true ? 'resume' : 'keep'} ${id} ${cameras.join()} of ${(clock.now() - at) / 60_000} min ago`),
        over: (id) => done.push(`over ${id}`),
      },
      book: { incidents: new Map(incidents.map((each) => [each.id, each])), changes },
      clock,
      longestMinutes: 5,
    });
    const change = (each: Incident, isNew = false, lines: readonly LogEntry[] = []) => changes.next([{ incident: each, isNew, lines }]);
    return { done, recordings, change };
  }
  const incident = (id: string, state: Incident['state'], minutesAgo = 0) =>
    ({ id, state, cameras: ['cam-1'], occurredAt: clock.now() - minutesAgo * 60_000, log: [] }) as unknown as Incident;
  const reopened = (minutesAgo: number): LogEntry => ({ at: clock.now() - minutesAgo * 60_000, by: 'dana', what: 'reopened' });

  it('begin with the incident and go on until it is closed', () => {
    const { done, change } = arrange([]);
    change(incident('I-1', 'new'), true);
    for (const state of ['acknowledged', 'in-progress', 'on-hold', 'resolved'] as const) change(incident('I-1', state));
    assert.deepEqual(done, ['keep I-1 cam-1 of 0 min ago']);
    change(incident('I-1', 'closed'));
    assert.deepEqual(done, ['keep I-1 cam-1 of 0 min ago', 'over I-1']);
  });

  it('begin anew when the incident is reopened, once for each time', () => {
    const { done, change } = arrange([incident('I-1', 'closed', 60)]);
    const again = { ...incident('I-1', 'new', 60), log: [reopened(0)] };
    change(again, false, again.log);
    change({ ...again, state: 'acknowledged' }, false, [{ at: clock.now(), by: 'dana', what: 'acknowledged' }]);
    change({ ...again, state: 'closed' });
    assert.deepEqual(done, ['resume I-1 cam-1 of 0 min ago', 'over I-1']);
  });

  it('go on after a restart of the gateway for incidents that are open and not too old', () => {
    const { done, recordings } = arrange([
      incident('I-1', 'acknowledged', 4),
      incident('I-2', 'new', 6),
      incident('I-3', 'closed', 1),
      incident('I-4', 'resolved', 1),
      { ...incident('I-5', 'new', 60), log: [reopened(30), reopened(2)] },
      { ...incident('I-6', 'new', 60), log: [reopened(6)] },
    ]);
    recordings.resume();
    assert.deepEqual(done, ['resume I-1 cam-1 of 4 min ago', 'resume I-4 cam-1 of 1 min ago', 'resume I-5 cam-1 of 2 min ago']);
  });
});

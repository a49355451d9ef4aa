import assert from 'node:assert/strict';
import { Subject } from 'rxjs';
import type { Incident } from '../../src/domain/incident.ts';
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
        keep: (id, cameras, _, resumes) => done.push(`${resumes === true ? 'resume' : 'keep'} ${id} ${cameras.join()}`),
        over: (id) => done.push(`over ${id}`),
      },
      book: { incidents: new Map(incidents.map((each) => [each.id, each])), changes },
      clock,
      longestMinutes: 5,
    });
    const change = (each: Incident, isNew = false) => changes.next([{ incident: each, isNew, lines: [] }]);
    return { done, recordings, change };
  }
  const incident = (id: string, state: Incident['state'], minutesAgo = 0) =>
    ({ id, state, cameras: ['cam-1'], occurredAt: clock.now() - minutesAgo * 60_000 }) as unknown as Incident;

  it('begin with the incident and go on until it is closed', () => {
    const { done, change } = arrange([]);
    change(incident('I-1', 'new'), true);
    for (const state of ['acknowledged', 'in-progress', 'on-hold', 'resolved'] as const) change(incident('I-1', state));
    assert.deepEqual(done, ['keep I-1 cam-1']);
    change(incident('I-1', 'closed'));
    assert.deepEqual(done, ['keep I-1 cam-1', 'over I-1']);
  });

  it('go on after a restart of the gateway for incidents that are open and not too old', () => {
    const { done, recordings } = arrange([
      incident('I-1', 'acknowledged', 4),
      incident('I-2', 'new', 6),
      incident('I-3', 'closed', 1),
      incident('I-4', 'resolved', 1),
    ]);
    recordings.resume();
    assert.deepEqual(done, ['resume I-1 cam-1', 'resume I-4 cam-1']);
  });
});

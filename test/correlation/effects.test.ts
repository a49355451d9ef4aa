import assert from 'node:assert/strict';
import { Subject } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { correlate } from '../../src/correlation/engine.ts';
import { readRules } from '../../src/correlation/read-rules.ts';
import { siteFacts } from '../../src/correlation/site-facts.ts';
import type { Effect } from '../../src/domain/effect.ts';
import type { LocatedEvent } from '../../src/domain/event.ts';
import { doEffects } from '../../src/effects.ts';
import { event } from './lab.ts';
import { emptySite } from '../support/nowhere.ts';

const does = [{ bookmark: '{door} rang' }, { preset: 'Gate', camera: 'cam-yard', reason: '{door} rang' }];
const document = { rules: [{ id: 'gate-rings', when: { event: 'door.open' }, does }] };
const names = { places: new Set(['cam-yard', 'door-gate']), schedules: new Set<string>() };
const site = siteFacts(emptySite);

/** What the rule does about a gate that opens. */
function effects(): Effect[] {
  const { rules, problems } = readRules([{ file: 'gate.yaml', document }], names);
  assert.deepEqual(problems, []);
  const found: Effect[] = [];
  const events = new Subject<LocatedEvent>();
  const scheduler = new TestScheduler(() => undefined);
  const running = correlate(events, rules, { scheduler, site }).subscribe((each) => {
    if (each.type === 'effect') found.push(each);
  });
  events.next(event('door.open', 'door-gate', 1000));
  running.unsubscribe();
  return found;
}

describe('what a rule does besides opening an incident', () => {
  it('is to keep the video, and to turn a camera to a preset with the least urgent priority, each once', () => {
    const found = effects();
    assert.deepEqual(
      found.map(({ effect }) => effect),
      ['bookmark', 'preset'],
    );
    assert.equal(new Set(found.map(({ id }) => id)).size, 2);
    const [, turn] = found;
    assert.deepEqual(turn?.effect === 'preset' && [turn.camera, turn.preset, turn.priority, turn.reason], ['cam-yard', 'Gate', 5, 'Door-gate rang']);
  });

  it('goes to those who keep video and turn cameras, and into the log', () => {
    const done: string[] = [];
    const act = doEffects({
      video: { keep: () => done.push('kept'), over: () => done.push('over') },
      ptz: { automatic: ({ id, camera, preset }) => done.push(`${id}: ${camera} to ${preset}`) },
      audit: ({ text }) => done.push(text),
    });
    for (const effect of effects()) act(effect);
    assert.deepEqual(done, [
      'kept',
      'over',
      'keeps the video: Door-gate rang',
      'rule gate-rings: cam-yard to Gate',
      'wants the camera at Gate: Door-gate rang',
    ]);
  });

  it('names a camera of the site', () => {
    const { problems } = readRules([{ file: 'gate.yaml', document }], { ...names, places: new Set(['door-gate']) });
    assert.match(problems[0]?.message ?? '', /no camera "cam-yard"/);
  });

  it('names a procedure that there is, for an incident that it opens', () => {
    const problemsOf = (rule: object) =>
      readRules([{ file: 'gate.yaml', document: { rules: [rule] } }], { ...names, procedures: new Set(['gate']) }).problems;
    const runs = (procedure: string) => ({ id: 'gate-rings', when: { event: 'door.open' }, does: [{ procedure }] });
    const opens = { incident: 'gate', priority: 3, reason: '{door} rang' };
    assert.deepEqual(problemsOf({ ...runs('gate'), title: 'Gate', opens }), []);
    assert.match(problemsOf({ ...runs('gaet'), title: 'Gate', opens })[0]?.message ?? '', /no procedure "gaet"; there is: gate/);
    assert.match(problemsOf(runs('gate'))[0]?.message ?? '', /add `opens`/);
  });
});

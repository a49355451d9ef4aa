import assert from 'node:assert/strict';
import type { BookInput } from '../../src/incidents/actions.ts';
import {
  accept,
  acknowledge,
  action,
  close,
  finding,
  handOver,
  hold,
  lead,
  NOON,
  reopen,
  resolve,
  restore,
  run,
  start,
  support,
  takeOver,
  tick,
} from './lab.ts';

const FIRST = '2026-000001';
const taken = [finding(lead(0, { priority: 3 })), action(acknowledge, 1)];
const onHold = [...taken, action(hold(600), 2)];

describe('an incident on hold', () => {
  it('says until when, and comes back by itself as new with nobody as its owner', () => {
    assert.deepEqual([run(...onHold).incident.state, run(...onHold).incident.holdUntil], ['on-hold', NOON + 600_000]);
    assert.equal(run(...onHold, tick(599)).incident.state, 'on-hold');
    const { incident } = run(...onHold, tick(600));
    assert.deepEqual([incident.state, incident.renewed, incident.owner, incident.holdUntil], ['new', 'hold-over', undefined, undefined]);
    assert.equal(incident.log.at(-1)?.note, 'its time on hold is over');
  });

  it('comes back when it gets more urgent, or when something critical happens again', () => {
    const { incident } = run(...onHold, finding(support(60, 1)));
    assert.deepEqual([incident.state, incident.renewed], ['new', 'news']);
    assert.equal(run(...onHold, finding(lead(60, { priority: 3 }))).incident.state, 'new');
  });

  it('stays there for evidence that changes nothing', () => {
    assert.equal(run(...onHold, finding(support(60, 0))).incident.state, 'on-hold');
  });

  it('must come back in the future, within a day', () => {
    assert.equal(run(...taken, action(hold(1), 2)).last.refused?.code, 'not-possible');
    assert.equal(run(...taken, action(hold(90_000), 2)).last.refused?.code, 'not-possible');
  });
});

describe('the owner of an incident', () => {
  it('is who takes it over', () => {
    const { incident } = run(...taken, action(takeOver, 5, 'ben'));
    assert.deepEqual([incident.owner, incident.state, incident.log.at(-1)?.what], ['ben', 'acknowledged', 'took over']);
    assert.equal(run(...taken, action(takeOver, 5, 'ann')).last.refused?.message, 'You have it already');
  });

  it('stays the owner until the colleague accepts', () => {
    const offered = [...taken, action(handOver('ben'), 5)];
    assert.deepEqual([run(...offered).incident.owner, run(...offered).incident.handOver?.to], ['ann', 'ben']);
    const { incident } = run(...offered, action(accept, 6, 'ben'));
    assert.deepEqual([incident.owner, incident.handOver], ['ben', undefined]);
    assert.match(run(...offered, action(accept, 6, 'cas')).last.refused?.message ?? '', /take it over/);
  });

  it('alone can hand it over', () => {
    assert.equal(run(...taken, action(handOver('cas'), 5, 'ben')).last.refused?.message, 'It is with ann: take it over first');
  });

  it('is no more asked for when somebody else took it over', () => {
    assert.equal(run(...taken, action(handOver('ben'), 5), action(takeOver, 6, 'cas')).incident.handOver, undefined);
  });
});

describe('an end that overlooks news', () => {
  const acted = (...between: BookInput[]) =>
    run(finding(lead(0, { priority: 3 })), action(acknowledge, 1), ...between, action(close, 9, 'ann', FIRST, 2));

  it('is refused, naming what came, and taken once it was seen', () => {
    const { last } = acted(finding(support(5, 1)));
    assert.equal(last.refused?.code, 'look-again');
    assert.equal(
      last.refused.message,
      'Since you looked, this was added: Server room camera sees motion and priority 2. Look again; the same step is then taken',
    );
    const { incident } = run(finding(lead(0)), action(acknowledge, 1), finding(support(5, 1)), action(close, 9, 'ann', FIRST, 3));
    assert.equal(incident.state, 'closed');
  });

  it('is taken when only a colleague wrote something, or it went back to normal', () => {
    assert.equal(acted(action({ action: 'note', note: 'seen' }, 3, 'ben')).incident.state, 'closed');
    assert.equal(acted(finding(restore(5, false))).incident.state, 'closed');
  });

  it('counts for resolving as well, not for going on', () => {
    const news = [...taken, finding(support(5, 0))];
    assert.equal(run(...news, action(resolve, 9)).last.refused?.code, 'look-again');
    assert.equal(run(...news, action(start, 9)).incident.state, 'in-progress');
  });
});

describe('a closed incident', () => {
  it('can be reopened: it is new, without its disposition, and the first acknowledgement stays', () => {
    const { incident } = run(...taken, action(close, 2), action(reopen, 60, 'ben'));
    assert.deepEqual([incident.state, incident.renewed, incident.disposition, incident.closedAt], ['new', 'reopened', undefined, undefined]);
    assert.deepEqual([incident.acknowledgedAt, incident.acknowledgedBy], [NOON + 1000, 'ann']);
  });

  it('stays closed where the same happened again and is open', () => {
    const { last } = run(...taken, action(close, 2), finding(lead(10)), action(reopen, 60));
    assert.equal(last.refused?.message, 'It happened again and is open as 2026-000002: go on there');
  });
});

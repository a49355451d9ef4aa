import assert from 'node:assert/strict';
import type { Phase } from '../../../src/domain/event.ts';
import type { EventKind } from '../../../src/domain/kinds.ts';
import { event, found } from '../lab.ts';

const [inner, outer] = ['reader-in', 'reader-out'];
const at = (kind: EventKind, point: string, eventAt: number, phase: Phase = 'momentary') =>
  event(kind, point, eventAt, phase, {
    id: `${point}@${eventAt}`,
    place: { areas: [point === outer ? 'lobby' : 'vault', 'campus'], cameras: [], door: 'door-vault' },
  });
const opens = (id: string) => ({ id, title: id, opens: { incident: id, priority: 3, reason: id } });

describe('what rules remember together', () => {
  it('is counted by each rule where it looks', () => {
    const denials = (area: string) => ({ count: { event: 'access.denied', at: area }, atLeast: 2, within: '60s', by: 'door' });
    const rules = [
      { ...opens('inside'), when: denials('vault') },
      { ...opens('outside'), when: denials('lobby') },
    ];
    const once = [at('access.denied', inner, 1), at('access.denied', outer, 2)];
    assert.deepEqual(found(rules, ...once), []);
    assert.deepEqual(found(rules, ...once, at('access.denied', outer, 3)), ['lead outside reader-out@3', 'support outside reader-out@2']);
  });

  it('explains an event where the rule looks for explanations', () => {
    const granted = (area: string) => ({ event: 'access.granted', at: area, within: '10s', by: 'door' });
    const rules = [
      { ...opens('inside'), when: { event: 'door.open' }, unless: [granted('vault')] },
      { ...opens('outside'), when: { event: 'door.open' }, unless: [granted('lobby')] },
    ];
    const events = [at('access.granted', inner, 1), at('door.open', 'door-vault', 2, 'raised')];
    assert.deepEqual(found(rules, ...events), ['lead outside door-vault@2']);
  });

  it('follows an event where the rule looks for what follows', () => {
    const nobody = (area: string) => ({ after: { event: 'door.open' }, absence: { event: 'access.granted', at: area }, within: '10s', by: 'door' });
    const rules = [
      { ...opens('inside'), when: nobody('vault') },
      { ...opens('outside'), when: nobody('lobby') },
    ];
    const events = [at('door.open', 'door-vault', 1, 'raised'), at('access.granted', inner, 2)];
    assert.deepEqual(found(rules, ...events), ['lead outside door-vault@1']);
  });

  it('strengthens where the rule looks, before and after the lead', () => {
    const motion = (place: string) => ({ event: 'video.motion', at: place });
    const support = { strengthens: ['forced'], by: 'area', before: '30s', within: '30s', raisesPriorityBy: 1, reason: '{point}' };
    const rules = [
      { ...opens('forced'), when: { event: 'door.forced' } },
      { ...support, id: 'vault', with: motion('vault') },
      { ...support, id: 'lobby', with: motion('lobby') },
      { ...support, id: 'cam-1', with: motion('cam-1') },
      { ...support, id: 'cam-2', with: motion('cam-2') },
    ];
    const events = [at('video.motion', 'cam-1', 1), at('door.forced', 'door-vault', 2, 'raised'), at('video.motion', 'cam-2', 3)];
    assert.deepEqual(found(rules, ...events), [
      'lead forced door-vault@2',
      'support vault cam-1@1',
      'support cam-1 cam-1@1',
      'support vault cam-2@3',
      'support cam-2 cam-2@3',
    ]);
  });

  it('is learnt of as a whole before anybody judges: what completes a pattern late may explain it as well', () => {
    const rules = [
      { ...opens('denied'), when: { count: { event: 'access.denied' }, atLeast: 2, within: '60s', by: 'door' } },
      {
        ...opens('both'),
        when: { count: { event: 'access.denied' }, atLeast: 2, within: '60s', by: 'door' },
        unless: [{ event: 'access.denied', at: 'lobby', within: '60s', by: 'area' }],
        lateness: '0ms',
      },
    ];
    const first = at('access.denied', outer, 1000);
    const late = { ...at('access.denied', outer, 500), receivedAt: 2000 };
    assert.deepEqual(found(rules, first, late), ['lead denied reader-out@1000', 'support denied reader-out@500']);
  });

  it('has room for what each of many rules waits for', () => {
    const sequences = ['a', 'b', 'c', 'd', 'e'].map((id) => ({
      ...opens(id),
      when: { sequence: [{ event: 'tamper' }, { event: 'door.open' }], within: '60s', by: 'device' },
    }));
    const opened = Array.from({ length: 100 }, (_, index) => at('door.open', `door-${index}`, 1000 + index, 'raised'));
    const late = { ...at('tamper', 'panel-main', 500), receivedAt: 3000 };
    const leads = found(sequences, ...opened, late).filter((each) => each.startsWith('lead'));
    assert.equal(leads.length, 500);
  });

  it('is one state for rules that wait for different times, each of them where and when it looks', () => {
    const rules = [
      { ...opens('short'), when: { event: 'door.open' }, lasts: '10s' },
      { ...opens('long'), when: { event: 'door.open', at: 'vault' }, lasts: '30s' },
      { ...opens('never'), when: { event: 'door.open', during: 'never' }, lasts: '10s' },
      { ...opens('elsewhere'), when: { event: 'door.open', at: 'lobby' }, lasts: '10s' },
    ];
    const opened = at('door.open', 'door-vault', 0, 'raised');
    const shut = (when: number) => at('door.open', 'door-vault', when, 'restored');
    assert.deepEqual(found(rules, opened), ['lead short door-vault@0', 'lead long door-vault@0']);
    assert.deepEqual(found(rules, opened, shut(20_000)), ['lead short door-vault@0']);
    assert.deepEqual(found(rules, opened, shut(9000)), []);
  });
});

describe('the evidence of a sequence', () => {
  it('is what happened before its last step, and not what is like that', () => {
    const rule = { ...opens('refused'), when: { sequence: [{ event: 'access.denied' }, { event: 'door.open' }], within: '30s', by: 'door' } };
    const events = [at('door.open', 'door-vault', 1, 'raised'), at('access.denied', inner, 2), at('door.open', 'door-vault', 3, 'raised')];
    assert.deepEqual(found([rule], ...events), ['lead refused door-vault@3', 'support refused reader-in@2']);
  });
});

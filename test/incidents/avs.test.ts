import assert from 'node:assert/strict';
import type { OperatorStep } from '../../src/incidents/actions.ts';
import { acknowledge, action, close, finding, held, lead, run, support } from './lab.ts';

const level = (to: 0 | 1 | 2 | 3 | 4, note?: string): OperatorStep => ({ action: 'avs', level: to, ...(note !== undefined && { note }) });
const intrusion = (at: number, point: string) => {
  const found = lead(at, { point, key: 'intrusion@lobby', rule: 'intrusion' });
  return { ...found, event: { ...found.event, kind: 'intrusion.alarm' as const } };
};
const kindOf = (kind: 'video.person' | 'duress.alarm') => {
  const found = support(5, 0);
  return { ...found, event: { ...found.event, kind } };
};
const suggested = (...found: Parameters<typeof finding>[0][]) => run(...found.map(finding)).incident.avs?.suggested;

describe('the alarm level of ANSI/TMA-AVS-01', () => {
  it('is suggested by the evidence, with the reason', () => {
    assert.deepEqual(suggested(lead(0)), { level: 1, because: 'nothing besides the alarm says that somebody is there' });
    assert.deepEqual(suggested(lead(0), support(1, 1)), { level: 2, because: 'Server room camera sees motion' });
    assert.equal(suggested(lead(0), kindOf('video.person'))?.level, 2);
    assert.deepEqual(suggested(intrusion(0, 'zone-1'), intrusion(2, 'zone-2')), { level: 2, because: 'zone-1 and zone-2 are in alarm' });
    assert.equal(suggested(intrusion(0, 'zone-1'), intrusion(2, 'zone-1'))?.level, 1);
    assert.equal(suggested(lead(0), kindOf('duress.alarm'))?.level, 4);
  });

  it('is none for what is no intrusion', () => {
    assert.equal(suggested(held(0)), undefined);
  });

  it('is confirmed or changed by a dispatcher, and a threat makes the incident more urgent', () => {
    const { incident } = run(finding(lead(0)), action(level(3, 'crowbar on camera'), 5));
    assert.deepEqual([incident.avs?.confirmed?.level, incident.avs?.confirmed?.by, incident.avs?.suggested.level], [3, 'ann', 1]);
    assert.deepEqual(incident.priorityBecause.at(-1), { priority: 1, because: 'AVS level 3, confirmed threat to property, says ann' });
    assert.deepEqual([incident.log.at(-1)?.what, incident.log.at(-1)?.note], ['set AVS level 3', 'crowbar on camera']);
  });

  it('that calls nobody makes nothing less urgent', () => {
    assert.equal(run(finding(lead(0)), action(level(0), 5)).incident.priority, 2);
  });

  it('raised by a colleague is news for who closes', () => {
    const inputs = [finding(lead(0)), action(acknowledge, 1), action(level(4), 5, 'ben'), action(close, 6, 'ann', '2026-000001', 2)];
    assert.equal(run(...inputs).last.refused?.code, 'look-again');
  });
});

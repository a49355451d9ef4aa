import assert from 'node:assert/strict';
import { condition, conditionProblem } from '../../src/correlation/condition.ts';
import { event } from './lab.ts';

describe('a condition', () => {
  for (const [text, problem] of [
    ["details.credential_type == 'card' && event.kind == 'access.granted'", undefined],
    ['details.tries > 3 || has(details.reason)', undefined],
    ["details.reason.matches('a+')", /^matches\(\) is not allowed in a condition, because it can take for ever/],
    ["['a'].exists(x, x == event.kind)", /^exists\(\) is not allowed/],
    ["event.knd == 'a'", /^No such key: knd; an event has kind, phase, point/],
    ['event.kind', /^the condition is a string, not something true or false/],
    ['1 +', /write a condition in CEL/],
    ["evnt.kind == 'a'", /evnt/],
  ] as const) {
    it(`\`${text}\` is ${problem === undefined ? 'good' : 'refused with a reason'}`, () => {
      if (problem === undefined) assert.equal(conditionProblem(text), undefined);
      else assert.match(conditionProblem(text) ?? '', problem);
    });
  }

  it('compares numbers as they are written', () => {
    const tried = event('access.denied', 'reader-main', 0, 'momentary', { details: { tries: 3 } });
    assert.deepEqual(
      ['details.tries == 3', 'details.tries > 2.5', 'details.tries < 3', 'details.other == 1'].map((text) => condition(text)(tried)),
      [true, true, false, false],
    );
  });
});

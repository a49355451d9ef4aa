import assert from 'node:assert/strict';
import fc from 'fast-check';
import { covers, filterMistake, matchTopic, subscriptions } from '../../../adapters/mqtt/topics.ts';
import { matches } from '../../../simulators/mqtt/codec.ts';

const level = fc.constantFrom('a', 'b', '', 'c.d');
const topics = fc.array(level, { minLength: 1, maxLength: 4 }).map((levels) => levels.join('/'));
const filters = fc
  .tuple(fc.array(fc.oneof(level, fc.constant('+')), { minLength: 1, maxLength: 4 }), fc.boolean())
  .map(([levels, rest]) => [...levels, ...(rest ? ['#'] : [])].join('/'));

describe('MQTT topics', () => {
  // The examples of MQTT 3.1.1, 4.7.1 and 4.7.2.
  for (const [filter, topic, wildcards] of [
    ['sport/tennis/player1/#', 'sport/tennis/player1', ['']],
    ['sport/tennis/player1/#', 'sport/tennis/player1/score/wimbledon', ['score/wimbledon']],
    ['sport/tennis/+', 'sport/tennis/player1', ['player1']],
    ['sport/tennis/+', 'sport/tennis/player1/ranking', undefined],
    ['sport/+', 'sport', undefined],
    ['sport/+', 'sport/', ['']],
    ['+/+', '/finance', ['', 'finance']],
    ['/+', '/finance', ['finance']],
    ['+', '/finance', undefined],
    ['#', '$SYS/uptime', undefined],
    ['+/uptime', '$SYS/uptime', undefined],
    ['$SYS/#', '$SYS/uptime', ['uptime']],
  ] as const) {
    it(`${filter} ${wildcards === undefined ? 'does not match' : 'matches'} ${topic}`, () => {
      assert.deepEqual(matchTopic(filter, topic), wildcards);
      assert.equal(matches(filter, topic), wildcards !== undefined, 'the simulator agrees');
    });
  }

  for (const [filter, isRight] of [
    ['#', true],
    ['sport/tennis#', false],
    ['sport/tennis/#/ranking', false],
    ['+/tennis/#', true],
    ['sport+', false],
    ['', false],
  ] as const) {
    it(`${filter || 'the empty filter'} is ${isRight ? 'right' : 'wrong'}`, () => assert.equal(filterMistake(filter) === undefined, isRight));
  }

  it('agrees with the simulator, which was written apart', () => {
    fc.assert(fc.property(filters, topics, (filter, topic) => assert.equal(matchTopic(filter, topic) !== undefined, matches(filter, topic))));
  });

  it('never says that a filter covers another that matches more', () => {
    fc.assert(
      fc.property(filters, filters, topics, (outer, inner, topic) => {
        if (covers(outer, inner) && matchTopic(inner, topic) !== undefined) assert.notEqual(matchTopic(outer, topic), undefined);
      }),
    );
  });

  it('subscribes once to what several mappings read', () => {
    assert.deepEqual(subscriptions(['a/b', 'a/b', 'a/+', 'c/#', 'c/d/e']), ['a/+', 'c/#']);
    assert.deepEqual(subscriptions(['+/b', 'a/+']), ['+/b', 'a/+']);
  });
});

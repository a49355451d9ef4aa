import assert from 'node:assert/strict';
import { join } from 'node:path';
import { caseFiles } from '../../src/cli/test-rules.ts';
import { shipped } from '../correlation/shipped-rules.ts';
import { readCases } from '../../src/replay/case-file.ts';
import { runCase, variations } from '../../src/replay/run-case.ts';

const folder = join(import.meta.dirname, '..', '..', 'config', 'rules', 'tests');
const files = caseFiles(folder).map(readCases);

describe('the cases of the shipped rules', () => {
  for (const { site, rules, cases } of files) {
    for (const each of cases) {
      for (const variation of variations) {
        it(`${each.name} (${variation})`, () => assert.deepEqual(runCase(site, rules, each, variation).failures, []));
      }
    }
  }

  it('cover every file of rules that Sallyport comes with', () => {
    const covered = new Set(files.flatMap(({ rules }) => rules.map(({ id }) => id)));
    assert.deepEqual(
      shipped.rules.map(({ id }) => id).filter((id) => !covered.has(id)),
      [],
    );
  });

  it('cannot call a rule quiet that looks at no event of the case, or that there is not', () => {
    const [{ site, rules, cases } = assert.fail('there are no cases')] = files;
    const [first = assert.fail('there is no case')] = cases;
    const events = [{ at: { ms: 0 }, event: 'panic.alarm' as const, point: 'zone-lobby', phase: 'restored' as const, details: {} }];
    const quiet = (...ids: string[]) =>
      runCase(site, rules, { ...first, events, expect: [], quiet: ids }, 'as written').failures.map((each) => each.split(',')[0]);
    assert.deepEqual(quiet('panic'), []);
    assert.deepEqual(quiet('fire', 'camera-lost', 'nothing'), ['"quiet" names "fire"', '"quiet" names "camera-lost"', '"quiet" names "nothing"']);
  });

  it('show of every rule that it finds something, and that it does not', () => {
    const every = new Set(files.flatMap(({ rules }) => rules.map(({ id }) => id)));
    const found = new Set(files.flatMap(({ site, rules, cases }) => cases.flatMap((each) => [...runCase(site, rules, each, 'as written').found])));
    const quiet = new Set(files.flatMap(({ cases }) => cases.flatMap((each) => each.quiet)));
    assert.deepEqual(
      [...every].filter((id) => !found.has(id)),
      [],
      'never seen to find something',
    );
    assert.deepEqual(
      [...every].filter((id) => !quiet.has(id)),
      [],
      'never seen to be quiet',
    );
    assert.deepEqual(
      [...quiet].filter((id) => !every.has(id)),
      [],
      'not a rule',
    );
  });
});

import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { loadAdapters } from '../../src/adapter/loader.ts';
import { checkSite, describeMistake } from '../../src/site/read-site.ts';

const config = resolve(import.meta.dirname, '..', '..', 'config');

describe('a site with all its files', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sallyport-check-'));
    cpSync(config, folder, { recursive: true });
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const site = () => join(folder, 'sites', 'lab.yaml');
  const check = async () => checkSite(site(), await loadAdapters()).mistakes.map((each) => describeMistake(each).replace(`${folder}/`, ''));
  function change(file: string, from: string, to: string): void {
    const text = readFileSync(join(folder, file), 'utf8');
    assert.ok(text.includes(from));
    writeFileSync(join(folder, file), text.replace(from, to));
  }

  it('is good as it is shipped', async () => assert.deepEqual(await check(), []));

  it('has one mistake for one slip of a bracket, in whichever file', async () => {
    change('rules/doors.yaml', 'when: { event: door.forced }', 'when: { event: door.forced');
    const inRules = await check();
    assert.equal(inRules.length, 1, inRules.join('\n'));
    assert.match(inRules[0] ?? '', /^rules\/doors\.yaml:\d+:\d+: .+ Fix: correct the YAML/);
    change('sites/lab.yaml', 'areas:\n', 'areas\n');
    const inBoth = await check();
    assert.equal(inBoth.length, 1, inBoth.join('\n'));
    assert.match(inBoth[0] ?? '', /^sites\/lab\.yaml:\d+:\d+: .+ Fix: correct the YAML/);
  });

  it('has a mistake in a rule, and none that only follows from it', async () => {
    change('rules/doors.yaml', 'event: door.forced', 'event: door.forcd');
    const [found, ...others] = await check();
    assert.match(found ?? '', /^rules\/doors\.yaml:\d+:\d+: rules\[0\]\.when\.event: .+"door\.forcd" is not a kind of event/);
    assert.deepEqual(others, []);
  });

  for (const list of ['rules', 'procedures'] as const)
    it(`names the line of a file under "${list}" that is not there`, async () => {
      rmSync(join(folder, list, 'doors.yaml'));
      const line = readFileSync(site(), 'utf8').split('\n').indexOf(`  - ../${list}/doors.yaml`) + 1;
      const [found, ...others] = await check();
      assert.match(
        found ?? '',
        new RegExp(`^sites/lab\\.yaml:${line}:5: ${list}\\[\\d\\]: there is no file .+${list}/doors\\.yaml\\. Fix: correct the path`),
      );
      assert.deepEqual(others, []);
    });
});

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { loadAdapters } from '../../src/adapter/loader.ts';
import type { Adapters } from '../../src/adapter/loader.ts';
import { ruleSchemas } from '../../src/correlation/rule-schema.ts';
import type { Site } from '../../src/domain/site.ts';
import { criticalWarnings } from '../../src/site/critical-coverage.ts';
import { loadRules } from '../../src/site/load-rules.ts';
import { parseYaml } from '../../src/site/yaml-source.ts';

const rulesFolder = join(import.meta.dirname, '../../config/rules');
const rulesOf = (...names: string[]) => loadRules(names.map((name) => join(rulesFolder, name))).rules;
const source = parseYaml('site.yaml', 'site: { id: x, name: X }\nrules: [doors.yaml]\n');

describe('critical kinds for which no rule opens an incident', () => {
  let adapters: Adapters;
  before(async () => (adapters = await loadAdapters()));

  const withDevices = (...names: string[]): Site => {
    const devices = names.map((adapter) => ({ id: adapter, name: adapter, adapter, options: {} }));
    return { id: 'x', name: 'X', areas: [], devices, doors: [], readers: [], cameras: [], panels: [], zones: [] };
  };
  const warnings = (rules: ReturnType<typeof rulesOf>, ...devices: string[]) => criticalWarnings(source, rules, withDevices(...devices), adapters);

  it('are named with the file to add, at the rules of the site file', () => {
    const [warning, ...more] = warnings(rulesOf('doors.yaml'), 'sia-panel', 'modbus-door');
    assert.equal(more.length, 0);
    assert.deepEqual([warning?.file, warning?.line, warning?.severity], ['site.yaml', 2, 'warning']);
    for (const kind of ['intrusion.alarm', 'fire.alarm', 'panic.alarm', 'holdup.alarm', 'duress.alarm', 'medical.alarm'])
      assert.match(warning?.message ?? '', new RegExp(kind.replace('.', '\\.')));
    assert.doesNotMatch(warning?.message ?? '', /door\.forced/);
    assert.match(warning?.fix ?? '', /config\/rules\/intrusion\.yaml/);
    assert.doesNotMatch(warning?.fix ?? '', /doors\.yaml/);
  });

  it('are none with the rules that come with the lab, and none that no device of the site can report', () => {
    assert.deepEqual(warnings(rulesOf('doors.yaml', 'intrusion.yaml'), 'sia-panel', 'modbus-door'), []);
    assert.deepEqual(warnings([], 'onvif-nothing'), []);
  });

  it('are those of which a rule leads on some events only, or ends, or keeps video', () => {
    const some = ruleSchemas.lead.parse({
      id: 'a',
      title: 'a',
      when: { event: 'door.forced', at: 'door-1' },
      opens: { incident: 'a', priority: 1, reason: 'a' },
    });
    const kept = ruleSchemas.lead.parse({ id: 'b', when: { event: 'door.forced' }, does: [{ bookmark: 'b' }] });
    assert.match(warnings([some, kept], 'modbus-door')[0]?.message ?? '', /for door\.forced/);
  });
});

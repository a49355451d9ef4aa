import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import adapter from '../../../adapters/sia-panel/index.ts';
import simulator from '../../../simulators/sia-panel/index.ts';

function example(path: string): Record<string, Record<string, unknown>[]> {
  const text = readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
  return parse(/```yaml\n(.*?)```/s.exec(text)?.[1] ?? '') as Record<string, Record<string, unknown>[]>;
}

describe('the examples of the alarm panel', () => {
  it('are valid in the adapter', () => {
    const { devices = [], panels = [], zones = [] } = example('adapters/sia-panel/README.md');
    const [{ id, name, adapter: adapterName, ...options } = {}] = devices;
    assert.deepEqual([id, name, adapterName], ['sia-receiver', 'Alarm receiver', adapter.name]);
    assert.ok(adapter.options.parse(options));
    for (const { at } of panels) assert.ok(adapter.points.panel?.parse(at));
    for (const { at } of zones) assert.ok(adapter.points.zone?.parse(at));
  });

  it('are valid in the simulator', () => {
    const [{ id, simulator: simulatorName, ...options } = {}] = example('simulators/sia-panel/README.md').simulators ?? [];
    assert.equal(simulatorName, 'sia-panel');
    assert.equal(simulator.create(String(id), options).id, 'panel-main');
  });

  it('would be refused with an account that is a number, saying why', () => {
    assert.throws(() => adapter.points.panel?.parse({ account: 4711 }), /put it in quotes/);
  });

  it('would be refused without TCP and UDP', () => {
    assert.throws(() => adapter.options.parse({ port: 12_000, tcp: false, udp: false }), /needs tcp or udp/);
  });
});

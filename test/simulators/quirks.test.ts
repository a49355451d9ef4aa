import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { quirkProfiles } from '../../simulators/quirks.ts';

const simulators = join(import.meta.dirname, '..', '..', 'simulators');
const changes = z.strictObject({ slow: z.boolean().default(false), port: z.int().default(1) });

describe('quirks of simulated devices', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'sallyport-quirks-'))));
  afterEach(() => rmSync(folder, { recursive: true }));
  const profiles = (text: string) => {
    writeFileSync(join(folder, 'quirks.yaml'), text);
    return quirkProfiles(folder, changes);
  };

  it('are data beside the simulators of real protocols', () => {
    for (const name of ['bacnet-door', 'modbus-door', 'mqtt', 'onvif-camera', 'sia-panel', 'webhook'])
      assert.ok(existsSync(join(simulators, name, 'quirks.yaml')), name);
  });

  it('are none unless named, and add up', () => {
    const quirks = profiles('a: { what: W, seen: S, change: { slow: true } }\nb: { what: W, seen: S, change: { port: 2 } }\n');
    assert.deepEqual(quirks.names, ['a', 'b']);
    assert.deepEqual(quirks.read([]), { slow: false, port: 1 });
    assert.deepEqual(quirks.read(['a', 'b']), { slow: true, port: 2 });
    assert.throws(() => quirks.read(['c']), /there is no quirk "c"; there are a, b/);
  });

  it('are refused with a change that nobody knows, or without saying where they were seen', () => {
    assert.throws(() => profiles('a: { what: W, seen: S, change: { fast: true } }'), /quirks\.yaml: a: .*fast/s);
    assert.throws(() => profiles('a: { what: W, change: {} }'), /quirks\.yaml: .*seen/s);
  });
});

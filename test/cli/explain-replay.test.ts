import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { pino } from 'pino';
import sinon from 'sinon';
import { loadAdapters } from '../../src/adapter/loader.ts';
import { openAlarmPath } from '../../src/alarm-path.ts';
import explain from '../../src/cli/explain.ts';
import replay from '../../src/cli/replay.ts';
import { systemClock } from '../../src/domain/clock.ts';
import { readSite } from '../../src/site/read-site.ts';
import { openStore } from '../../src/store/database.ts';

const root = resolve(import.meta.dirname, '..', '..');
const siteFile = join(root, 'config', 'sites', 'lab.yaml');
const log = pino({ level: 'silent' });

/** What the gateway's own path of alarms makes of a forced door that its camera saw. */
describe('explain and replay, on the database of a gateway', function () {
  this.timeout(60_000);
  let folder: string;
  let incident: string;
  let times: string[];

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sallyport-replay-'));
    const store = openStore(join(folder, 'sallyport.db'));
    const { site, rules } = readSite(siteFile, await loadAdapters(), log);
    const path = openAlarmPath({ store, site, rules, clock: systemClock, log, problems: new Set() });
    times = ['--from', new Date(systemClock.now() - 1000).toISOString()];
    await path.intake.report('ctl-main', { kind: 'door.forced', point: 'door-server', phase: 'raised' });
    await path.intake.report('dev-cam-server', { kind: 'video.motion', point: 'cam-server', phase: 'raised' });
    path.book.flush();
    incident = [...path.book.incidents.keys()][0] ?? '';
    times.push('--to', new Date(systemClock.now() + 60_000).toISOString());
    path.close();
    store.close();
  });
  after(() => rmSync(folder, { recursive: true }));

  /** The folder with the lab's rules, one of them changed. */
  function changedRules(change: (text: string) => string): string {
    const changed = mkdtempSync(join(folder, 'rules-'));
    for (const name of ['doors.yaml', 'intrusion.yaml', 'devices.yaml', 'video.yaml'])
      cpSync(join(root, 'config', 'rules', name), join(changed, name));
    const doors = join(changed, 'doors.yaml');
    writeFileSync(doors, change(readFileSync(doors, 'utf8')));
    return changed;
  }

  async function replayed(...more: string[]): Promise<string[]> {
    const said = sinon.stub(console, 'log');
    try {
      assert.equal(await replay.run(['--site', siteFile, '--data', folder, ...times, ...more]), 0);
      return said.args.map(([line]) => String(line));
    } finally {
      said.restore();
    }
  }

  it('explain, as a process of its own, names the rules, the events and the arithmetic of the priority', async () => {
    const program = join(root, 'src', 'cli', 'sallyport.mjs');
    const { stdout } = await promisify(execFile)(process.execPath, [program, 'explain', incident, '--data', folder]);
    assert.match(stdout, new RegExp(`^${incident} {2}Server room door forced open$`, 'm'));
    assert.match(stdout, /lead {5}rule door-forced {2}door\.forced raised at door-server/);
    assert.match(stdout, /> 1 {2}.*1 step more urgent/);
    assert.match(stdout, /sallyport opened/);
  });

  it('explain of an incident that is not there says so', async () => {
    await assert.rejects(async () => explain.run(['1999-000001', '--data', folder]), /there is no incident 1999-000001/);
  });

  it('replay under the same rules finds no difference', async () => {
    const lines = await replayed();
    assert.match(lines[0] ?? '', /^2 events, \d+ rules: 1 incidents then, 1 now$/);
    assert.deepEqual(lines.slice(1), ['no difference']);
  });

  it('replay under changed rules shows what they would have changed', async () => {
    const lines = await replayed(
      '--rules',
      changedRules((text) => text.replace(/(id: door-forced\n[\s\S]*?priority: )2/, '$14')),
    );
    assert.match(lines[1] ?? '', /^~ .* priority 3 .*Server room door forced open/);
    assert.equal(lines[2], '    priority 1 -> 3');
  });

  it('replay refuses rules under which a critical alarm would open nothing', async () => {
    const narrowed = changedRules((text) => text.replace(/when: \{ event: door\.forced \}/, 'when: { event: door.forced, at: door-main }'));
    await assert.rejects(replayed('--rules', narrowed), /door\.forced is critical and no rule opens an incident for every such event/);
  });
});

import assert from 'node:assert/strict';
import { readFile, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readRecording } from '../../src/video/fmp4/read.ts';
import { until } from '../support/until.ts';
import { decode, decodeFile, film } from './support/footage.ts';
import { CAMERA, TestGateway } from './support/gateway.ts';

describe('evidence', () => {
  let gateway: TestGateway;

  beforeEach(async () => {
    gateway = await TestGateway.start();
  });

  afterEach(async () => {
    await gateway.stop();
    assert.equal(gateway.clock.waiting, 0, 'a timer was left behind');
  });

  /** Waits until the file is complete, which is when nothing holds the ring's memory any more. */
  const kept = (incident = 'I-1') => until('the recording', () => gateway.video.evidence(incident, CAMERA));
  /** Time goes on without a picture. */
  const gone = async (ms: number) => {
    gateway.clock.advance(ms);
    gateway.camera.drop();
    await until('the camera plays again', () => {
      gateway.clock.advance(20);
      return gateway.camera.playing > 0;
    });
  };
  const times = async (path: string) => {
    const file = readRecording(await readFile(path))!;
    return file.fragments.map((fragment) => file.epochAtZero + Number(fragment.readBigUInt64BE(60)) / 90);
  };

  it('reaches from ten seconds before the alarm to thirty after it when the incident is closed by then, without a gap', async () => {
    await gateway.send(350);
    const alarmAt = gateway.clock.now();
    gateway.video.keep('I-1', [CAMERA, 'cam-unknown'], alarmAt);
    await gateway.send(100);
    gateway.video.over('I-1');
    await gateway.send(680);
    const path = await kept();
    assert.equal(path, join(gateway.dataDir, 'evidence', 'I-1', `${CAMERA}.mp4`));
    await until('its last picture', async () => (await times(path)).at(-1)! >= alarmAt + 30_000);
    const at = await times(path);
    assert.ok(at[0]! <= alarmAt - 10_000 && at[0]! > alarmAt - 11_100);
    assert.ok(at.every((each, i) => i === 0 || Math.abs(each - at[i - 1]! - 40) < 0.1));
    const decoded = await decodeFile(path);
    assert.equal(decoded.pictures, at.length);
    assert.equal(decoded.showTimes[0], 0, 'players expect a file to begin at 0');
  });

  it('goes on while the incident is open, and ends at once when it is closed later', async () => {
    await gateway.send(25);
    const alarmAt = gateway.clock.now();
    gateway.video.keep('I-1', [CAMERA], alarmAt);
    await gateway.send(900);
    gateway.video.over('I-1');
    await gateway.send(50);
    const path = await kept();
    await until('its last picture', async () => (await times(path)).at(-1)! >= alarmAt + 36_000);
    assert.ok((await times(path)).at(-1)! <= alarmAt + 36_050);
  });

  it('ends at the longest when the incident stays open', async () => {
    await gateway.send(10);
    const alarmAt = gateway.clock.now();
    gateway.video.keep('I-1', [CAMERA], alarmAt);
    await gateway.send(10);
    await gone(280_000);
    await gateway.send(Math.ceil((alarmAt + 300_500 - gateway.clock.now()) / 40));
    await gateway.video.close();
    const last = (await times(await kept())).at(-1)!;
    assert.ok(last > alarmAt + 299_900 && last <= alarmAt + 300_000, `${last - alarmAt} ms`);
  });

  it('of a flood of incidents before one camera is whole for each of them, and written once', async () => {
    const incidents = Array.from({ length: 40 }, (_, i) => `I-${i + 1}`);
    await gateway.send(275);
    const alarms = new Map<string, number>();
    for (const incident of incidents) {
      alarms.set(incident, gateway.clock.now());
      gateway.video.keep(incident, [CAMERA], gateway.clock.now());
      await gateway.send(1);
    }
    for (const incident of incidents) gateway.video.over(incident);
    await gateway.send(755);
    await gateway.video.close();
    for (const [incident, alarmAt] of alarms) {
      const at = await times(await kept(incident));
      assert.ok(at[0]! <= alarmAt - 10_000, `${incident} begins ${alarmAt - at[0]!} ms before its alarm`);
      assert.ok(at.at(-1)! >= alarmAt + 30_000, `${incident} ends ${at.at(-1)! - alarmAt} ms after its alarm`);
      assert.ok(at.every((each, i) => i === 0 || Math.abs(each - at[i - 1]! - 40) < 0.1));
    }
    assert.equal((await stat(await kept('I-1'))).nlink, 40);
    assert.deepEqual(gateway.incomplete, []);
  });

  it('is not shared with an incident that wants more of the past than it has', async () => {
    await gateway.send(350);
    const alarmAt = gateway.clock.now();
    gateway.video.keep('I-1', [CAMERA], alarmAt);
    gateway.video.keep('I-2', [CAMERA], alarmAt - 2_000);
    await gateway.send(1);
    const links = async (incident: string) => (await stat(await kept(incident))).nlink;
    assert.deepEqual([await links('I-1'), await links('I-2')], [1, 1]);
    assert.ok((await times(await kept('I-2')))[0]! <= alarmAt - 12_000);
  });

  it('tells when it begins after the alarm because the ring has moved on', async () => {
    await gateway.send(450);
    gateway.video.keep('I-1', [CAMERA], gateway.clock.now() - 20_000);
    assert.match(gateway.incomplete.join(), /^the recording of I-1 begins [45] s after the alarm: what was before is not in memory$/);
    gateway.video.keep('I-2', [CAMERA], gateway.clock.now());
    assert.equal(gateway.incomplete.length, 1);
  });

  it('is found once in the past however many incidents share it, also after a restart and when one of them is deleted', async () => {
    await gateway.send(50);
    const alarmAt = gateway.clock.now();
    for (const incident of ['I-1', 'I-2', 'I-3']) gateway.video.keep(incident, [CAMERA], alarmAt);
    await gateway.send(50);
    await gateway.restart();
    await rm(join(gateway.dataDir, 'evidence', 'I-1'), { recursive: true });
    await gateway.send(1);
    const tile = gateway.tile();
    tile.play({ mode: 'past', from: alarmAt - 2_000, to: alarmAt + 1_900 });
    await until('the end', () => tile.messages('end').length > 0);
    assert.deepEqual([tile.pictures, tile.messages('init').length], [97, 1]);
  });

  it('has all parts in each incident when the camera changes its picture', async () => {
    await gateway.send(25);
    gateway.video.keep('I-1', [CAMERA], gateway.clock.now());
    await gateway.send(5);
    gateway.video.keep('I-2', [CAMERA], gateway.clock.now());
    gateway.camera.show(await film({ seconds: 2, size: '426x238' }));
    await gateway.send(25);
    gateway.video.keep('I-3', [CAMERA], gateway.clock.now());
    await gateway.send(5);
    await gateway.video.close();
    for (const incident of ['I-1', 'I-2', 'I-3']) {
      const names = (await readdir(join(gateway.dataDir, 'evidence', incident))).sort();
      assert.deepEqual(names, [`${CAMERA}+2.mp4`, `${CAMERA}.mp4`], incident);
    }
  });

  it('goes on after a recording that was cut off, if it is told so', async () => {
    await gateway.send(30);
    const alarmAt = gateway.clock.now();
    gateway.video.keep('I-1', [CAMERA], alarmAt);
    await gateway.restart();
    gateway.video.keep('I-1', [CAMERA], alarmAt, true);
    await gateway.send(20);
    const tile = gateway.tile();
    tile.play({ mode: 'past', from: alarmAt - 10_000, to: gateway.clock.now() });
    await until('the end', () => tile.messages('end').length > 0);
    assert.equal(tile.pictures, 50);
    await gateway.video.close();
    assert.deepEqual((await readdir(join(gateway.dataDir, 'evidence', 'I-1'))).sort(), [`${CAMERA}+2.mp4`, `${CAMERA}.mp4`]);
  });

  it('begins anew for an incident that is reopened, and may be as long again', async () => {
    await gateway.send(10);
    gateway.video.keep('I-1', [CAMERA], gateway.clock.now());
    gateway.video.over('I-1');
    await gateway.send(10);
    await gone(60_000);
    await gateway.send(10);
    const reopenedAt = gateway.clock.now();
    gateway.video.keep('I-1', [CAMERA], reopenedAt, true);
    await gateway.send(10);
    await gone(290_000);
    await gateway.send(Math.ceil((reopenedAt + 300_500 - gateway.clock.now()) / 40));
    await gateway.video.close();
    const directory = join(gateway.dataDir, 'evidence', 'I-1');
    assert.deepEqual((await readdir(directory)).sort(), [`${CAMERA}+2.mp4`, `${CAMERA}.mp4`]);
    assert.equal((await times(join(directory, `${CAMERA}.mp4`))).length, 20);
    const again = await times(join(directory, `${CAMERA}+2.mp4`));
    assert.ok(again[0]! < reopenedAt && again[0]! >= reopenedAt - 10_000);
    assert.ok(again.at(-1)! > reopenedAt + 299_900 && again.at(-1)! <= reopenedAt + 300_000, `${again.at(-1)! - reopenedAt} ms`);
  });

  it('of an incident that is reopened while it goes on anyway is one file', async () => {
    await gateway.send(10);
    gateway.video.keep('I-1', [CAMERA], gateway.clock.now() - 29_000);
    // Which ends it in a second.
    gateway.video.over('I-1');
    await gateway.send(10);
    gateway.video.keep('I-1', [CAMERA], gateway.clock.now(), true);
    await gateway.send(50);
    await gateway.video.close();
    assert.deepEqual(await readdir(join(gateway.dataDir, 'evidence', 'I-1')), [`${CAMERA}.mp4`]);
    assert.equal((await times(await kept())).length, 70);
  });

  it('is joined with the ring where a part of the past reaches from one to the other', async () => {
    await gateway.send(100);
    const from = gateway.clock.now() - 2_000;
    gateway.video.keep('I-1', [CAMERA], gateway.clock.now());
    await gateway.send(100);
    gateway.video.over('I-1');
    await gateway.send(900);
    const tile = gateway.tile();
    tile.play({ mode: 'past', from, to: gateway.clock.now() });
    await until('the end', () => tile.messages('end').length > 0);
    const { epochAtZero } = tile.messages('init')[0]!;
    const at = tile.binary.slice(1).flatMap((bytes) => (bytes.toString('latin1', 4, 8) === 'moof' ? [Number(bytes.readBigUInt64BE(60))] : []));
    assert.ok(epochAtZero > 0 && tile.pictures >= 1050, `${tile.pictures} pictures`);
    assert.equal(tile.pictures, at.length);
  });

  it('is kept once for an incident, however often it is asked for', async () => {
    await gateway.send(50);
    for (let i = 0; i < 3; i += 1) gateway.video.keep('I-1', [CAMERA, CAMERA], gateway.clock.now());
    await gateway.send(10);
    const path = await kept();
    gateway.video.keep('I-1', [CAMERA], gateway.clock.now());
    await gateway.video.close();
    assert.equal((await decodeFile(path)).pictures, 60);
    assert.deepEqual(await readdir(join(gateway.dataDir, 'evidence')), ['I-1']);
  });

  it('shows the past after the ring has moved on, also after a restart', async () => {
    await gateway.send(100);
    const alarmAt = gateway.clock.now();
    gateway.video.keep('I-1', [CAMERA], alarmAt);
    await gateway.send(50);
    await gateway.restart();
    await gateway.send(10);
    const tile = gateway.tile();
    tile.play({ mode: 'past', from: alarmAt - 2_000, to: alarmAt + 1_000 });
    await until('the end', () => tile.messages('end').length > 0);
    const { epochAtZero, width, mime } = tile.messages('init')[0]!;
    assert.deepEqual([width, mime.slice(0, 22)], [320, 'video/mp4; codecs="avc']);
    const fragments = tile.binary.slice(1);
    const at = fragments.map((fragment) => epochAtZero + Number(fragment.readBigUInt64BE(60)) / 90);
    assert.ok(at[0]! <= alarmAt - 2_000 && at[0]! > alarmAt - 3_000);
    assert.equal(Math.round(at.at(-1)!), alarmAt + 1_000);
    assert.equal((await decode(tile.film)).pictures, fragments.length);
  });

  it('keeps what there is when the camera is lost, and goes on when it comes back in time', async () => {
    await gateway.send(50);
    const alarmAt = gateway.clock.now();
    gateway.video.keep('I-1', [CAMERA], alarmAt);
    gateway.camera.drop();
    await until('the camera plays again', () => {
      gateway.clock.advance(250);
      return gateway.camera.playing > 0;
    });
    await gateway.send(25);
    gateway.camera.drop();
    gateway.camera.refuses = true;
    await until('the loss', () => gateway.video.status()[0]!.state === 'lost');
    gateway.video.over('I-1');
    gateway.clock.advance(40_000);
    const path = await kept();
    await until('both parts', async () => (await times(path)).length === 75);
    assert.equal((await decodeFile(path)).pictures, 75);
  });

  it('begins another part when the camera changes its picture', async () => {
    await gateway.send(25);
    gateway.video.keep('I-1', [CAMERA], gateway.clock.now());
    gateway.camera.show(await film({ seconds: 2, size: '426x238' }));
    await gateway.send(25);
    await gateway.video.close();
    const directory = join(gateway.dataDir, 'evidence', 'I-1');
    assert.deepEqual((await readdir(directory)).sort(), [`${CAMERA}+2.mp4`, `${CAMERA}.mp4`]);
    const [second, first] = await Promise.all([`${CAMERA}+2.mp4`, `${CAMERA}.mp4`].map((name) => decodeFile(join(directory, name))));
    assert.deepEqual([first!.width, first!.pictures, second!.width, second!.pictures], [320, 25, 426, 25]);
  });

  it('stays within its directory whatever an incident is called', async () => {
    await gateway.send(2);
    gateway.video.keep('../../x', [CAMERA], gateway.clock.now());
    gateway.video.keep('..', [CAMERA], gateway.clock.now());
    await gateway.video.close();
    assert.deepEqual((await readdir(join(gateway.dataDir, 'evidence'))).sort(), ['%2E%2E', '%2E%2E%2F..%2Fx']);
    assert.notEqual(await gateway.video.evidence('..', CAMERA), undefined);
    assert.equal(await gateway.video.evidence('I-none', CAMERA), undefined);
  });
});

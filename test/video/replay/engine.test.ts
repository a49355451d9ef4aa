import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { createCamera } from '../../../simulators/onvif-camera/index.ts';
import type { CameraSimulator } from '../../../simulators/onvif-camera/index.ts';
import { systemClock } from '../../../src/domain/clock.ts';
import { createEngine } from '../../../src/video/engine.ts';
import type { FindRecording, Video } from '../../../src/video/video.ts';
import { call, credentials } from '../../simulators/onvif-camera/soap-client.ts';
import { until } from '../../support/until.ts';
import { TestSocket } from '../support/socket.ts';

describe('the past of a camera with a recorder', function () {
  this.timeout(60_000);
  let recorder: CameraSimulator;
  let video: Video;
  let folder: string;

  const begin = async (find?: FindRecording) => {
    const recordings = [{ token: 'Rec_1', source: 'Yard', hours: 1, gaps: [{ fromSecondsAgo: 60, toSecondsAgo: 50 }] }];
    recorder = createCamera('nvr', { httpPort: 0, rtspPort: 0, ...credentials, recordings });
    await recorder.start();
    const { text } = await call(recorder.httpPort, '/onvif/replay_service', '<GetReplayUri><RecordingToken>Rec_1</RecordingToken></GetReplayUri>');
    const uri = /<trp:Uri>([^<]+)/.exec(text)?.[1] ?? assert.fail(text);
    folder = await mkdtemp(join(tmpdir(), 'sallyport-'));
    const found: FindRecording = () => Promise.resolve({ recorded: true, address: { uri, ...credentials }, clockOffsetMs: 0 });
    video = createEngine({
      clock: systemClock,
      log: pino({ level: 'silent' }),
      dataDir: folder,
      report: () => Promise.resolve(),
      recorder: find ?? found,
    });
    video.attach({ id: 'cam-1', name: 'Camera 1' }, () => Promise.reject(new Error('it is not there')));
  };
  afterEach(async () => {
    await video.close();
    await recorder.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const past = async (fromSecondsAgo: number, toSecondsAgo: number) => {
    const socket = new TestSocket();
    video.serve(socket.asWebSocket, 'cam-1');
    socket.play({ mode: 'past', from: Date.now() - fromSecondsAgo * 1000, to: Date.now() - toSecondsAgo * 1000 });
    await until('the end', () => socket.messages('end').length > 0);
    return { end: socket.messages('end')[0] ?? assert.fail(), pictures: socket.pictures };
  };

  it('is fetched from there, with its gap', async () => {
    await begin();
    const { end, pictures } = await past(70, 40);
    // 20 s of the 30, at 12.5 a second, and up to a group before.
    assert.ok(pictures > 225 && pictures < 275, `${pictures} pictures`);
    assert.equal(end.missing?.length, 1);
    const [gap = assert.fail()] = end.missing ?? [];
    assert.ok(gap.to - gap.from > 8_000 && gap.to - gap.from < 13_000);
    assert.equal(end.note, undefined);
  });

  it('is exported as a clip', async () => {
    await begin();
    const clip = await video.clip('cam-1', Date.now() - 40_000, Date.now() - 35_000);
    assert.ok(clip !== undefined && clip.to - clip.from > 4_500);
  });

  it('says why the recorder does not help', async () => {
    await begin(() => Promise.reject(new Error('Recorder is offline: it refuses the connection')));
    const { end } = await past(70, 40);
    assert.equal(end.reason, 'nothing of that time is kept; the recorder does not help: Recorder is offline: it refuses the connection');
  });

  it('says that the recorder has gone', async () => {
    await begin();
    await recorder.faults['drop']?.({});
    const { end } = await past(70, 40);
    assert.match(end.reason ?? '', /the recorder does not help: the recorder refuses the connection/);
  });
});

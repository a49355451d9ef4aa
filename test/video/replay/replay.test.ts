import assert from 'node:assert/strict';
import { createCamera } from '../../../simulators/onvif-camera/index.ts';
import type { CameraSimulator } from '../../../simulators/onvif-camera/index.ts';
import { systemClock } from '../../../src/domain/clock.ts';
import type { PastPicture } from '../../../src/video/past.ts';
import { GAP_MS, watchingGaps } from '../../../src/video/replay/fill.ts';
import type { Gap } from '../../../src/video/replay/fill.ts';
import { replay } from '../../../src/video/replay/replay.ts';
import { call, credentials } from '../../simulators/onvif-camera/soap-client.ts';

const SECOND = 1000;

describe('replay of a recorder', function () {
  this.timeout(60_000);
  let recorder: CameraSimulator;
  let now: number;

  before(async () => {
    const recordings = [{ token: 'Rec_1', source: 'Yard', hours: 1, gaps: [{ fromSecondsAgo: 110, toSecondsAgo: 100 }] }];
    recorder = createCamera('nvr', { httpPort: 0, rtspPort: 0, ...credentials, recordings });
    now = Date.now();
    await recorder.start();
  });
  after(() => recorder.stop());

  const play = async (from: number, to: number, password = credentials.password): Promise<PastPicture[]> => {
    const asked = '<GetReplayUri><RecordingToken>Rec_1</RecordingToken></GetReplayUri>';
    const { text } = await call(recorder.httpPort, '/onvif/replay_service', asked);
    const uri = /<trp:Uri>([^<]+)/.exec(text)?.[1] ?? assert.fail(text);
    const pictures: PastPicture[] = [];
    for await (const picture of replay({
      address: { uri, username: credentials.username, password },
      clockOffsetMs: 0,
      from,
      to,
      clock: systemClock,
    }))
      pictures.push(picture);
    return pictures;
  };

  it('begins with the key frame before what was asked for and ends with it, faster than it was recorded', async () => {
    const [from, to] = [now - 60 * SECOND, now - 30 * SECOND];
    const pictures = await play(from, to);
    const [first, last] = [pictures[0] ?? assert.fail(), pictures.at(-1) ?? assert.fail()];
    assert.equal(first.key, true);
    assert.ok(first.at <= from && from - first.at <= 1.1 * SECOND, `begins ${from - first.at} ms before`);
    assert.ok(last.at <= to && to - last.at <= 0.2 * SECOND, `ends ${to - last.at} ms before the end`);
    assert.match(first.stream.mime, /avc1/);
    // 12.5 pictures a second, in order.
    assert.ok(pictures.length >= 375 && pictures.length < 395, `${pictures.length} pictures`);
    assert.deepEqual(
      pictures.map(({ at }) => at),
      pictures.map(({ at }) => at).sort((a, b) => a - b),
    );
  });

  it('leaves a gap of the recording a gap, and goes on behind it with a key frame', async () => {
    const [from, to] = [now - 120 * SECOND, now - 90 * SECOND];
    const gaps: Gap[] = [];
    const pictures: PastPicture[] = [];
    async function* played() {
      yield* await play(from, to);
    }
    for await (const picture of watchingGaps(played(), from, to, gaps)) pictures.push(picture);
    const [gap] = gaps;
    assert.equal(gaps.length, 1);
    assert.ok(gap !== undefined && Math.abs(gap.from - (now - 110 * SECOND)) < GAP_MS && Math.abs(gap.to - (now - 100 * SECOND)) < GAP_MS);
    assert.equal(pictures.find(({ at }) => at >= gap.to)?.key, true);
  });

  it('says in words why there is nothing', async () => {
    await assert.rejects(play(now + 3_600 * SECOND, now + 3_610 * SECOND), /the recorder has nothing of that time/);
    await assert.rejects(play(now - 60 * SECOND, now - 50 * SECOND, 'wrong'), /the recorder refuses the user name or the password/);
  });
});

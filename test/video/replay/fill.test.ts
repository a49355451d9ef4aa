import assert from 'node:assert/strict';
import type { PastPicture } from '../../../src/video/past.ts';
import { filled, watchingGaps } from '../../../src/video/replay/fill.ts';
import type { Gap } from '../../../src/video/replay/fill.ts';

const stream = { mime: 'video/mp4', width: 1, height: 1, epochAtZero: 0, init: Buffer.alloc(0) };

/** A picture each second, a key frame every other one. */
async function* seconds(from: number, to: number, name: string): AsyncGenerator<PastPicture> {
  for (let second = from; second <= to; second += 1) {
    yield { stream, fragment: Buffer.from(name), key: second % 2 === 0, at: second * 1000 };
    await Promise.resolve();
  }
}

async function* oneAfterTheOther(...parts: readonly AsyncIterable<PastPicture>[]): AsyncGenerator<PastPicture> {
  for (const part of parts) yield* part;
}

describe('the past with holes', () => {
  const asked: string[] = [];
  const recorder = (from: number, to: number) => {
    asked.push(`${from / 1000}-${to / 1000}`);
    return seconds(2 * Math.floor(from / 2000), to / 1000, 'r');
  };
  const told = async (pictures: AsyncIterable<PastPicture>) => {
    let text = '';
    for await (const { fragment, at } of pictures) text += `${fragment.toString()}${at / 1000} `;
    return text.trim();
  };
  beforeEach(() => (asked.length = 0));

  it('asks the recorder for nothing that is there', async () => {
    assert.equal(await told(filled(seconds(10, 14, 'l'), 11_000, 15_000, recorder)), 'l10 l11 l12 l13 l14');
    assert.deepEqual(asked, []);
  });

  it('gets from the recorder what is missing before, between and after', async () => {
    const local = oneAfterTheOther(seconds(16, 17, 'l'), seconds(24, 25, 'l'));
    const text = await told(filled(local, 13_000, 30_000, recorder));
    assert.equal(text, 'r12 r13 r14 r15 l16 l17 r18 r19 r20 r21 r22 r23 l24 l25 r26 r27 r28 r29');
    assert.deepEqual(asked, ['13-16', '17-24', '25-30']);
  });

  it('gets all of it from the recorder where nothing is kept', async () => {
    assert.equal(await told(filled(seconds(1, 0, 'l'), 3_000, 7_000, recorder)), 'r2 r3 r4 r5 r6');
  });

  it('tells of what there is no picture of', async () => {
    const gaps: Gap[] = [];
    await told(watchingGaps(oneAfterTheOther(seconds(4, 6, 'l'), seconds(12, 13, 'l')), 0, 20_000, gaps));
    assert.deepEqual(gaps, [
      { from: 0, to: 4_000 },
      { from: 6_000, to: 12_000 },
      { from: 13_000, to: 20_000 },
    ]);
  });
});

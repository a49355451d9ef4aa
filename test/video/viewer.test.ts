import assert from 'node:assert/strict';
import { epochAt } from '../../src/video/rtp/timeline.ts';
import { WAITING_LIMIT_BYTES } from '../../src/video/viewer.ts';
import { until } from '../support/until.ts';
import { decode } from './support/footage.ts';
import { TestGateway } from './support/gateway.ts';
import type { TestSocket } from './support/socket.ts';

const decodeTime = (fragment: Buffer) => Number(fragment.readBigUInt64BE(60));
const isKey = (fragment: Buffer) => fragment.readUInt32BE(96) === 0x02000000;
const fragments = (tile: TestSocket) => tile.binary.filter((bytes) => bytes.toString('latin1', 4, 8) === 'moof');

describe('viewer', () => {
  let gateway: TestGateway;

  beforeEach(async () => {
    gateway = await TestGateway.start();
  });

  afterEach(async () => {
    await gateway.stop();
    assert.equal(gateway.clock.waiting, 0, 'a timer was left behind');
  });

  it('gets the current group at once, then what comes, and can decode all of it', async () => {
    await gateway.send(60);
    const tile = gateway.tile();
    tile.play({ mode: 'live' });
    assert.equal(tile.pictures, 10, 'from the key frame of the third second');
    assert.deepEqual(
      tile.received.slice(0, 2).map((each) => (Buffer.isBuffer(each) ? 'binary' : each.type)),
      ['status', 'init'],
    );
    const [init] = tile.messages('init');
    assert.deepEqual([init!.width, init!.height], [320, 180]);
    assert.match(init!.mime, /^video\/mp4; codecs="avc1\./);
    await gateway.send(20);
    assert.equal((await decode(tile.film)).pictures, 30);
    const last = fragments(tile).at(-1)!;
    assert.equal(epochAt(init!.epochAtZero, decodeTime(last)), gateway.clock.now(), 'the wall-clock time of the last picture');
  });

  it('gets the past it asked for just before a key frame, so that no live picture is refused', async () => {
    await gateway.send(110);
    const tile = gateway.tile();
    tile.play({ mode: 'live', from: gateway.clock.now() - 3_000 });
    assert.equal(tile.pictures, 10);
    await gateway.send(30);
    // Groups of the third second and before: back to the one in which `from` lies.
    assert.equal(tile.pictures, 10 + 15 + 3 * 25 + 15);
    let last = -1;
    for (const fragment of fragments(tile)) {
      const at = decodeTime(fragment);
      assert.ok(isKey(fragment) || at === last + 3600, 'a picture that is no key frame follows the one that it depends on');
      last = at;
    }
    assert.equal((await decode(tile.film)).pictures, 115);
  });

  it('that is slow is told so, skips to a key frame and is told how much it missed', async () => {
    await gateway.send(30);
    const tile = gateway.tile();
    tile.play({ mode: 'live' });
    await gateway.send(1);
    tile.slow = true;
    tile.bufferedAmount = WAITING_LIMIT_BYTES + 1;
    await gateway.send(30);
    tile.flush();
    tile.slow = false;
    const missed = tile.pictures;
    assert.equal(missed, 6);
    await gateway.send(20);
    assert.deepEqual(
      tile.messages('status').map(({ state }) => state),
      ['live', 'skipped', 'live'],
    );
    assert.equal(tile.messages('status').at(-1)!.detail, '44 pictures were left out because this connection is too slow');
    assert.ok(isKey(fragments(tile)[missed]!));
  });

  it('never has more waiting than its limit and one group', async () => {
    await gateway.send(30);
    const tile = gateway.tile();
    tile.slow = true;
    tile.play({ mode: 'live', from: 0 });
    let most = 0;
    for (let i = 0; i < 20; i += 1) {
      await gateway.send(25);
      most = Math.max(most, tile.bufferedAmount);
    }
    const group = Math.max(...fragments(tile).map(({ length }) => length)) * 25;
    assert.ok(most <= WAITING_LIMIT_BYTES + group, `${most} bytes waited`);
  });

  it('sees the same bytes as every other viewer', async () => {
    await gateway.send(30);
    const tiles = [gateway.tile(), gateway.tile()];
    for (const tile of tiles) tile.play({ mode: 'live' });
    await gateway.send(10);
    assert.deepEqual(tiles[0]!.binary, tiles[1]!.binary);
    assert.equal(gateway.video.status()[0]!.viewers, 3);
  });

  it('is told of a loss and of the return, and goes on with a key frame', async () => {
    await gateway.send(30);
    const tile = gateway.tile();
    tile.play({ mode: 'live' });
    gateway.camera.drop();
    await until('the loss', () => tile.messages('status').some(({ state }) => state === 'lost'));
    const before = tile.pictures;
    await until('the camera plays again', () => {
      gateway.clock.advance(250);
      return gateway.camera.playing > 0;
    });
    await gateway.send(5);
    assert.deepEqual(
      tile.messages('status').map(({ state, detail }) => [state, detail]),
      [
        ['live', 'H.264, 320 x 180'],
        ['lost', 'the camera closed the connection'],
        ['live', 'H.264, 320 x 180'],
      ],
    );
    assert.ok(isKey(fragments(tile)[before]!));
    assert.equal(tile.pictures, before + 5);
  });

  it('of a lost camera gets the last that was seen, if it asks for the past', async () => {
    await gateway.send(60);
    gateway.camera.refuses = true;
    gateway.camera.drop();
    await until('the loss', () => gateway.video.status()[0]!.state === 'lost');
    const tile = gateway.tile();
    tile.play({ mode: 'live', from: gateway.clock.now() - 10_000 });
    assert.equal(tile.messages('status')[0]!.state, 'lost');
    assert.equal((await decode(tile.film)).pictures, 60);
  });

  it('gets a part of the past from the ring, and its end', async () => {
    await gateway.send(150);
    const tile = gateway.tile();
    const now = gateway.clock.now();
    tile.play({ mode: 'past', from: now - 4_000, to: now - 2_000 });
    await until('the end', () => tile.messages('end').length > 0);
    const { epochAtZero } = tile.messages('init')[0]!;
    const times = fragments(tile).map((fragment) => epochAt(epochAtZero, decodeTime(fragment)));
    assert.ok(times[0]! <= now - 4_000 && times[0]! > now - 5_000);
    assert.equal(times.at(-1), now - 2_000);
    await decode(tile.film);
    assert.deepEqual(tile.messages('end'), [{ type: 'end' }]);
  });

  it('gets a long past at the pace of its line', async () => {
    await gateway.send(100);
    const tile = gateway.tile();
    tile.slow = true;
    tile.bufferedAmount = WAITING_LIMIT_BYTES - 1000;
    tile.play({ mode: 'past', from: 0, to: gateway.clock.now() });
    await until('the first pictures', () => tile.pictures > 0);
    assert.ok(tile.pictures < 100);
    assert.equal(tile.messages('end').length, 0);
    tile.slow = false;
    tile.flush();
    await until('the end', () => tile.messages('end').length > 0);
    assert.equal(tile.pictures, 100);
  });

  it('is told that nothing is kept of a time long past', async () => {
    const tile = gateway.tile();
    tile.play({ mode: 'past', from: 0, to: 1000 });
    await until('the end', () => tile.messages('end').length > 0);
    assert.deepEqual(tile.received, [{ type: 'end', reason: 'nothing of that time is kept' }]);
  });

  it('that sends something else, nothing, or a second wish is sent away', () => {
    const [wrong, silent, greedy] = [gateway.tile(), gateway.tile(), gateway.tile()];
    wrong.emit('message', Buffer.from('{"type":"play","mode":"live","speed":2}'), false);
    assert.equal(wrong.closedWith, 1008);
    greedy.play({ mode: 'live' });
    greedy.play({ mode: 'live' });
    assert.equal(greedy.closedWith, 1008);
    gateway.clock.advance(10_000);
    assert.equal(silent.closedWith, 1008);
    assert.equal(gateway.video.status()[0]!.viewers, 1);
  });

  it('of a camera that is not there is sent away', () => {
    const tile = gateway.tile();
    gateway.video.serve(tile.asWebSocket, 'cam-none');
    assert.equal(tile.closedWith, 1013);
  });
});

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { publish } from '../../../simulators/mqtt/codec.ts';
import { connect, newHost } from './bench.ts';
import { HostileBroker } from './hostile-broker.ts';

describe('the MQTT adapter against a hostile broker', () => {
  const broker = new HostileBroker();
  let port: number;
  before(async () => {
    port = await broker.start();
  });
  after(() => broker.stop());

  /** Connects and waits for the end that the broker brings about; fails on anything that is no rejection. */
  async function endure(bytes: Buffer): Promise<void> {
    broker.bytes = bytes;
    const host = newHost();
    const connection = await connect(host, port).catch(() => undefined);
    await connection?.done.catch(() => undefined);
    host.abort();
  }

  it('survives bytes of any kind', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), (bytes) => endure(Buffer.from(bytes))),
      { numRuns: 150 },
    );
  });

  it('survives packets that were changed somewhere', async () => {
    const good = Buffer.concat([
      publish({ topic: 'site/door/door-a/state', payload: Buffer.from('{"contact": "open"}'), qos: 1, retain: true }, 1, false),
      publish({ topic: 'site/door/door-b/event', payload: Buffer.from('{"type": "forced", "id": 1}'), qos: 1, retain: false }, 2, true),
    ]);
    const changed = fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }).map((changes) => {
      const copy = Buffer.from(good);
      for (const [at, value] of changes) copy[at] = value;
      return copy;
    });
    await fc.assert(fc.asyncProperty(changed, endure), { numRuns: 150 });
  });

  it('ends the link to a broker that announces a packet too long to take, and says what to do', async () => {
    broker.bytes = Buffer.from([0x32, 0xff, 0xff, 0xff, 0x7f, 0x00]);
    const host = newHost();
    await assert.rejects(async () => (await connect(host, port)).done, /limit their size at the broker/);
    assert.equal(host.malformedFrames.length, 1);
    host.abort();
  });

  it('ends the link to a broker whose packets end before their identifier, and takes nothing from them', async () => {
    const topic = Buffer.from('site/door/door-a/state');
    const publication = (flags: number) => Buffer.concat([Buffer.from([0x30 | flags, topic.length + 2, 0, topic.length]), topic]);
    for (const bytes of [publication(2), publication(4), Buffer.from([0x62, 0x00]), Buffer.from([0x50, 0x00])]) {
      broker.bytes = bytes;
      const host = newHost();
      await assert.rejects(async () => (await connect(host, port)).done, /without its identifier/, bytes.toString('hex'));
      assert.deepEqual([host.malformedFrames.length, host.reported.length], [1, 0]);
      host.abort();
    }
  });

  it('survives a length that announces more than comes', async () => {
    await endure(Buffer.from([0x32, 0xff, 0xff, 0xff, 0x7f, 0x00]));
    await endure(Buffer.from([0x32, 0xff, 0xff, 0xff, 0xff, 0xff]));
    assert.ok(true);
  });
});

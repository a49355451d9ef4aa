import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import fc from 'fast-check';
import { ConfigurationError } from '../../../src/adapter/contract.ts';
import { hasty } from '../../support/hasty-clock.ts';
import { until } from '../../support/until.ts';
import { doorPoint, readerPoint, relayAddress, Rig } from './rig.ts';

describe('BACnet door adapter, its link', () => {
  const rig = new Rig();
  afterEach(() => rig.close());

  it('gives up a device that does not answer any more, and releases its handles', async () => {
    const device = await rig.device();
    const host = rig.host(undefined, hasty(50));
    const { done } = await rig.connect(device.port, host);
    await device.faults['drop']?.({});
    await assert.rejects(done, /no answer from 127\.0\.0\.3:\d+ within 3000 ms/);
    await device.faults['clear']?.({});
    const again = rig.host();
    await rig.connect(device.port, again);
    assert.ok(again.isOnline);
  });

  it('survives answers that come far too late', async () => {
    const device = await rig.device();
    const host = rig.host(undefined, hasty(50));
    const { done } = await rig.connect(device.port, host);
    await device.faults['stall']?.({});
    await assert.rejects(done, /no answer/);
    const again = rig.host();
    const connecting = rig.connect(device.port, again);
    await device.faults['clear']?.({});
    await connecting;
    assert.ok(again.isOnline);
  });

  it('counts garbled answers and reports no state from them', async () => {
    const device = await rig.device();
    const host = rig.host(undefined, hasty(50));
    const { done } = await rig.connect(device.port, host);
    const before = host.reported.length;
    await device.faults['garble']?.({});
    await assert.rejects(done);
    assert.ok(host.malformedFrames.length > 0);
    assert.equal(host.reported.length, before);
  });

  it('fails to connect, with the address, where nobody answers', async () => {
    await assert.rejects(rig.connect(9, rig.host(undefined, hasty(50))), /no answer from 127\.0\.0\.3:9 /);
  });

  it('calls it a wrong configuration when the peer is another device', async () => {
    const device = await rig.device({ deviceInstance: 77 });
    await assert.rejects(rig.connect(device.port, rig.host()), (error: unknown) => {
      assert.ok(error instanceof ConfigurationError);
      assert.match(error.message, /BACnet device 3001, but the peer says that it is device 77/);
      return true;
    });
  });

  it('calls it a wrong configuration when the device has no such door', async () => {
    const device = await rig.device();
    await assert.rejects(rig.connect(device.port, rig.host([doorPoint(9)])), (error: unknown) => error instanceof ConfigurationError);
  });

  it('says which own address cannot be bound', async () => {
    const device = await rig.device();
    await assert.rejects(rig.connect(device.port, rig.host(), { bindAddress: '192.0.2.1' }), /UDP 192\.0\.2\.1:0 cannot be bound/);
  });

  it('hears its device alone', async () => {
    const device = await rig.device();
    const localPort = await freePort();
    const host = rig.host();
    await rig.connect(device.port, host, { localPort });
    const stranger = createSocket('udp4');
    await new Promise<void>((resolve) => stranger.send(Buffer.from('garbage'), localPort, '127.0.0.1', () => resolve()));
    stranger.close();
    await device.stimuli['force']?.({ door: 1 });
    await until('forced', () => host.of('door-1', 'door.forced').at(-1)?.phase === 'raised');
    assert.deepEqual(host.malformedFrames, []);
  });

  it('finds by reading what a lost notification would have told', async () => {
    const device = await rig.device();
    const relay = await rig.relay(device);
    // A confirmed request of the device, service 1: ConfirmedCOVNotification.
    relay.loses = (frame) => frame[6] === 0x00 && frame[9] === 1;
    const host = rig.host();
    await rig.connect(relay.port, host, { host: relayAddress });
    await until('subscriptions', () => device.subscriptions === 4);
    await device.stimuli['badge']?.({ door: 1, credential: 7, valid: true });
    await until('the badge', () => host.of('reader-1', 'access.granted').length === 1);
    await device.stimuli['force']?.({ door: 2 });
    await until('forced', () => host.of('door-2', 'door.forced').at(-1)?.phase === 'raised');
  });

  describe('to a device that ignores SubscribeCOV without a word', () => {
    const points = [doorPoint(1), doorPoint(2), readerPoint(1), readerPoint(2)];

    it('stands, and what happens is seen by polling while subscriptions are waited for', async () => {
      const device = await rig.device();
      await device.faults['cov-ignored']?.({});
      const host = rig.host(points, hasty(5));
      let lost: unknown;
      // With a second between two polls every object is due for a subscription before any is read again.
      const { done } = await rig.connect(device.port, host, { pollMs: 1000 });
      done.catch((error: unknown) => (lost = error));
      const connectedAt = host.clock.monotonicMs();
      await device.stimuli['badge']?.({ door: 1, credential: 7 });
      await until('the badge', () => host.of('reader-1', 'access.granted').length === 1);
      await device.stimuli['force']?.({ door: 2 });
      await until('forced', () => host.of('door-2', 'door.forced').at(-1)?.phase === 'raised');
      // Four subscriptions have three seconds each to be answered: none of this waited for them.
      assert.ok(host.clock.monotonicMs() - connectedAt < 12_000);
      // Far longer than three requests in a row need to be given up.
      await until('a quarter of a minute', () => host.clock.monotonicMs() - connectedAt > 15_000);
      assert.equal(lost, undefined);
      assert.equal(device.subscriptions, 0);
      await device.stimuli['close']?.({ door: 2 });
      await until('shut', () => host.of('door-2', 'door.forced').at(-1)?.phase === 'restored');
    });

    it('is subscribed to when it answers again', async () => {
      const device = await rig.device();
      await device.faults['cov-ignored']?.({});
      const host = rig.host(points, hasty(50));
      await rig.connect(device.port, host, { covLifetimeSeconds: 60 });
      const connectedAt = host.clock.monotonicMs();
      await until('all four requests given up', () => host.clock.monotonicMs() - connectedAt > 13_000);
      await device.faults['clear']?.({});
      await until('subscriptions', () => device.subscriptions === points.length);
    });

    it('is polled again from when it ignores a renewal', async () => {
      const device = await rig.device();
      const host = rig.host(points, hasty(50));
      // Read so seldom while COV covers it that only the fall-back can see the badge soon.
      await rig.connect(device.port, host, { covLifetimeSeconds: 10, pollMs: 60_000 });
      await until('subscriptions', () => device.subscriptions === points.length);
      await device.faults['cov-ignored']?.({});
      device.forgetSubscriptions();
      const forgottenAt = host.clock.monotonicMs();
      await device.stimuli['badge']?.({ door: 2, credential: 8 });
      await until('the badge', () => host.of('reader-2', 'access.granted').length === 1);
      assert.ok(host.clock.monotonicMs() - forgottenAt < 60_000);
    });
  });

  it('survives three thousand mutated packets from its device, and goes on', async () => {
    // Through a relay, so that mutated copies come from the address that the adapter listens to.
    const device = await rig.device();
    const relay = await rig.relay(device);
    const host = rig.host();
    const { done } = await rig.connect(relay.port, host, { host: relayAddress });
    let lost: unknown;
    done.catch((error: unknown) => (lost = error));
    await until('subscriptions', () => device.subscriptions === 4);

    const mutations = fc.sample(
      fc.record({
        frame: fc.nat(),
        cut: fc.option(fc.nat(60), { freq: 4 }),
        changes: fc.array(fc.record({ at: fc.nat(200), to: fc.nat(255) }), { maxLength: 6 }),
        noise: fc.option(fc.uint8Array({ maxLength: 120 }), { freq: 8 }),
      }),
      { numRuns: 3000, seed: 4711 },
    );
    for (const { frame, cut, changes, noise } of mutations) {
      const copy = Buffer.from(noise ?? relay.seen[frame % relay.seen.length] ?? Buffer.alloc(0)).subarray(0, cut ?? undefined);
      for (const { at, to } of changes) if (copy.length > 0) copy[at % copy.length] = to;
      // A right length, so that the mutation reaches the decoders behind the envelope.
      if (copy.length > 4 && frame % 2 === 0) copy.writeUInt16BE(copy.length, 2);
      await relay.inject(copy);
    }
    await until('hundreds of malformed frames', () => host.malformedFrames.length > 500);
    assert.equal(lost, undefined);
    await device.stimuli['badge']?.({ door: 2, credential: 99, valid: true });
    await until('the badge', () => host.of('reader-2', 'access.granted').some(({ details }) => details?.['credential'] === '99'));
  });
});

async function freePort(): Promise<number> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  const { port } = socket.address();
  await new Promise<void>((resolve) => socket.close(() => resolve()));
  return port;
}

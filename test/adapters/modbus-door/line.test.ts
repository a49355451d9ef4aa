import assert from 'node:assert/strict';
import fc from 'fast-check';
import adapter from '../../../adapters/modbus-door/index.ts';
import { ConfigurationError } from '../../../src/adapter/contract.ts';
import type { Connection, ServedPoint } from '../../../src/adapter/contract.ts';
import { TestHost } from '../../support/adapter-host.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { until } from '../../support/until.ts';
import { ScriptedPeer, device, exception, reply } from './scripted-peer.ts';
import type { Asked, Script } from './scripted-peer.ts';
import { door, optionsFor } from './site.ts';

/** Contact in holding register 10, tamper in 20: two reads a round, of the same form. */
const twoRegisters = [
  door('door-a', { contact: { holdingRegister: 10 }, tamper: { holdingRegister: 20 }, commands: { unlock: { holdingRegister: 30, value: 2 } } }),
];
const POLL_MS = 20;
const TIMEOUT_MS = 2000;

describe("the Modbus door adapter's link", () => {
  let peer: ScriptedPeer;
  let clock: ManualClock;
  let host: TestHost;

  /** Connects; `done` is looked after so that a rejection before a test awaits it is no unhandled one. */
  const link = async (script: Script, points: readonly ServedPoint[] = twoRegisters): Promise<Connection> => {
    peer.script = script;
    clock = new ManualClock();
    host = new TestHost(points, clock);
    const connection = await adapter.connect(optionsFor(peer.port, { timeoutMs: TIMEOUT_MS }), host);
    connection.done.catch(() => undefined);
    return connection;
  };
  const nextRound = () => until('the pause between rounds', () => clock.waiting === 1 && (clock.advance(POLL_MS), true));
  const asked = (count: number) => until(`request ${count}`, () => peer.asked.length === count);
  /** Neither timer nor socket is left on either side. */
  const released = async () => {
    assert.equal(clock.waiting, 0);
    await until('the end of every connection', () => peer.sockets.size === 0);
  };

  beforeEach(async () => {
    peer = new ScriptedPeer(device());
    await peer.start();
  });

  afterEach(async () => {
    host.abort();
    await peer.stop();
  });

  it('ends in bounded time with every handle released when the peer falls silent', async () => {
    const { done } = await link(device());
    peer.script = () => undefined;
    await nextRound();
    await asked(5);
    clock.advance(TIMEOUT_MS - 1);
    assert.equal(peer.sockets.size, 1);
    clock.advance(1);
    await assert.rejects(done, /did not answer within 2000 ms when reading holding register 10/);
    await released();
  });

  it('gives up in bounded time on a peer that accepts the connection and never answers', async () => {
    const connecting = link(() => undefined);
    await asked(1);
    clock.advance(TIMEOUT_MS);
    await assert.rejects(connecting, /did not answer/);
    await released();
  });

  it('names the address of a peer that refuses the connection', async () => {
    host = new TestHost(twoRegisters);
    const { port } = peer;
    await peer.stop();
    await assert.rejects(adapter.connect(optionsFor(port), host), new RegExp(`127\\.0\\.0\\.1:${port} failed: .*ECONNREFUSED`));
    await peer.start();
  });

  it('never takes a late reply for another register', async () => {
    const { done } = await link(device());
    const late: Asked[] = [];
    peer.script = (request) => void late.push(request);
    await nextRound();
    await until('the request that is not answered', () => late.length === 1);
    clock.advance(TIMEOUT_MS);
    await assert.rejects(done, /did not answer/);
    await released();

    const again = await link(device(new Map([[20, 1]])));
    assert.deepEqual(
      host.reported.map(({ kind, phase }) => `${kind} ${phase}`),
      ['door.open restored', 'door.tamper raised'],
    );
    // A gateway to a serial line may have kept the reply, and deliver it on the new connection.
    await until('the pause', () => clock.waiting === 1);
    for (const socket of peer.sockets) socket.write(Buffer.from(reply(late[0]!, '03020001'), 'hex'));
    await assert.rejects(again.done, /nobody asked for/);
    assert.equal(host.reported.length, 2);
    await released();
  });

  it('does not take a late reply that comes together with the right one for it', async () => {
    const { done } = await link(device());
    peer.script = (request) => reply({ transaction: request.transaction - 1 }, '03020001') + reply(request, '03020000');
    await nextRound();
    await assert.rejects(done, /transaction 4, which nobody asked for/);
    assert.equal(host.reported.length, 2);
    await released();
  });

  it('has one request in flight, and sends a command ahead of the reads that wait', async () => {
    const { doors } = await link(device());
    const held: Asked[] = [];
    peer.script = (request) => void held.push(request);
    await nextRound();
    await until('the first read', () => held.length === 1);
    const commanded = doors!.command('door-a', 'unlock');
    peer.script = device();
    held[0]?.socket.write(Buffer.from(device()(held[0]) ?? '', 'hex'));
    await commanded;
    assert.deepEqual(
      peer.asked.slice(4, 6).map(({ code, address }) => [code, address]),
      [
        [3, 10],
        [6, 30],
      ],
    );
  });

  it('tells the dispatcher why a command was refused, and goes on', async () => {
    const { doors } = await link((request) => (request.code === 6 ? exception(request, 4) : device()(request)));
    await assert.rejects(
      doors!.command('door-a', 'unlock'),
      /^Error: Door door-a: "unlock" was not confirmed: writing 2 to holding register 30 was refused: server device failure \(exception 4\)$/,
    );
    await assert.rejects(doors!.command('door-a', 'lock'), /no "lock" command/);
    await assert.rejects(doors!.command('door-z', 'lock'), /no door door-z/);
    await nextRound();
    await asked(7);
  });

  for (const code of [1, 2]) {
    it(`takes exception ${code} to the first read of an address for a mistake in the site file, and names signal and address`, async () => {
      await assert.rejects(
        link((request) => (request.address === 20 ? exception(request, code) : device()(request))),
        (error) => error instanceof ConfigurationError && /^door-a: tamper at holding register 20: .*exception/.test(error.message),
      );
      await released();
    });
  }

  it('names the one address of a joint read that the controller does not have', async () => {
    const points = [door('door-a', { contact: { coil: 1 }, lock: { coil: 2 }, held: { coil: 3 } })];
    await assert.rejects(
      link((request) => (request.address <= 3 && request.address + request.argument > 3 ? exception(request, 2) : device()(request)), points),
      (error) => error instanceof ConfigurationError && error.message.startsWith('door-a: held at coil 3: '),
    );
  });

  it('reads one by one what a controller refuses to give together', async () => {
    const points = [door('door-a', { contact: { coil: 1 }, lock: { coil: 2 } })];
    await link((request) => (request.argument > 1 ? exception(request, 3) : device(new Map([[2, 1]]))(request)), points);
    assert.deepEqual(
      host.reported.map(({ kind, phase }) => `${kind} ${phase}`),
      ['door.unlocked raised', 'door.open restored'],
    );
  });

  it('takes an exception that says "busy" for a lost link, not for a mistake', async () => {
    await assert.rejects(
      link((request) => exception(request, 6)),
      (error) => !(error instanceof ConfigurationError) && /busy \(exception 6\)/.test((error as Error).message),
    );
    await released();
  });

  const unacceptable: [string, (request: Asked) => string, RegExp][] = [
    ['another unit replies', (request) => reply(request, '03020001', { unit: 9 }), /unit 9 replied instead of unit 1/],
    ['another unit refuses', (request) => reply(request, '8302', { unit: 9 }), /unit 9 replied instead of unit 1/],
    ['another function is answered', (request) => reply(request, '04020001'), /function 4 was answered instead of 3/],
    ['the data are too short', (request) => reply(request, '0301ff'), /2 bytes after its function instead of 3/],
    ['the byte count is wrong', (request) => reply(request, '03010001'), /bytes of data/],
    ['the protocol is not Modbus', (request) => reply(request, '03020001', { protocol: 7 }), /protocol identifier/],
    ['a reply comes twice', (request) => reply(request, '03020001').repeat(2), /nobody asked for/],
    ['a confirmation comes for a read', (request) => reply(request, '0600140001'), /function 6 was answered/],
    ['far too much comes', () => 'ff'.repeat(300), /protocol identifier/],
  ];
  for (const [what, answer, message] of unacceptable) {
    it(`reports nothing, keeps the frame and ends the link when ${what}`, async () => {
      const { done } = await link(device());
      const before = host.reported.length;
      peer.script = answer;
      await nextRound();
      await assert.rejects(done, message);
      assert.deepEqual([host.reported.length, host.malformedFrames.length], [before, 1]);
      await released();
    });
  }

  it('ends the link when the controller sends what nobody asked for', async () => {
    const { done } = await link(device());
    await until('the pause', () => clock.waiting === 1);
    for (const socket of peer.sockets) socket.write(Buffer.from(reply({ transaction: 5 }, '03020001'), 'hex'));
    await assert.rejects(done, /nobody asked for/);
    assert.equal(host.malformedFrames.length, 1);
    await released();
  });

  it('keeps what came of a reply that was cut off', async () => {
    const { done } = await link(device());
    peer.script = (request) => reply(request, '03020001').slice(0, 12);
    await nextRound();
    await asked(5);
    await until('the deadline', () => {
      clock.advance(TIMEOUT_MS / 10);
      return clock.waiting === 0;
    });
    await assert.rejects(done, /did not answer/);
    assert.equal(host.malformedFrames.length, 1);
    await released();
  });

  it('survives any bytes as a reply, ends the link and reports nothing of them', async () => {
    const noise = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes).toString('hex'));
    // A reply of the right transaction with anything for a body gets further into the decoder.
    const body = fc.tuple(fc.constantFrom('03', '83', '04', '01', ''), noise).map(([code, rest]) => code + rest);
    const isRight = (hex: string) => /^0302.{4}$/.test(hex) || /^83..$/.test(hex);
    await fc.assert(
      fc.asyncProperty(
        noise,
        body.filter((hex) => hex.length > 0 && !isRight(hex)),
        fc.boolean(),
        async (bytes, pdu, isFrame) => {
          const { done } = await link(device());
          let lost = false;
          done.catch(() => (lost = true));
          peer.script = (request) => (isFrame ? reply(request, pdu) : bytes);
          await nextRound();
          await until('the end of the link', () => {
            clock.advance(TIMEOUT_MS / 10);
            return lost;
          });
          assert.equal(host.reported.length, 2);
          await released();
        },
      ),
      { numRuns: 60 },
    );
  });

  it('is ended at once by a reset, also while it waits for the next round', async () => {
    const { done } = await link(device());
    await until('the pause', () => clock.waiting === 1);
    for (const socket of peer.sockets) socket.resetAndDestroy();
    await assert.rejects(done, /ECONNRESET/);
    await released();
  });

  it('is ended at once by an orderly end of the connection', async () => {
    const { done } = await link(device());
    for (const socket of peer.sockets) socket.end();
    await assert.rejects(done, /closed the connection/);
    await released();
  });

  it('leaves no handle when it is aborted in the middle of a request, of a pause, or of connecting', async () => {
    const paused = await link(device());
    await until('the pause', () => clock.waiting === 1);
    host.abort();
    await paused.done;
    await released();

    const asking = await link(device());
    peer.script = () => undefined;
    const before = peer.asked.length;
    await nextRound();
    await asked(before + 1);
    host.abort();
    await asking.done;
    await released();

    const connecting = link(() => undefined);
    host.abort();
    await assert.rejects(connecting, /the test is over/);
    await released();
  });

  it('ends while the journal keeps a report waiting', async () => {
    peer.script = device();
    clock = new ManualClock();
    host = new TestHost(twoRegisters, clock);
    host.report = () => new Promise<never>(() => undefined);
    const connecting = adapter.connect(optionsFor(peer.port), host);
    await asked(4);
    host.abort();
    await assert.rejects(connecting, /the test is over/);
    await released();
  });
});

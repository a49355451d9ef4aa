import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import sinon from 'sinon';
import adapter from '../../../adapters/sia-panel/index.ts';
import { formatStamp } from '../../../adapters/sia-panel/frame.ts';
import { ConfigurationError } from '../../../src/adapter/contract.ts';
import { TestHost } from '../../support/adapter-host.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { until } from '../../support/until.ts';
import { exchange, exchangeDatagrams, message, points, startRig, testKey } from './rig.ts';
import type { Rig, RigSettings } from './rig.ts';

describe('the DC-09 receiver', () => {
  let rig: Rig | undefined;
  const start = async (settings?: RigSettings) => (rig = await startRig(settings));
  afterEach(async () => {
    await rig?.stop();
    rig = undefined;
  });

  it('says where it listens', async () => {
    const { host, port } = await start();
    assert.equal(host.onlineDetail, `listening on 127.0.0.1:${port} TCP+UDP`);
  });

  it('reports an alarm on its zone and echoes sequence, receiver, line and account', async () => {
    const { host, port } = await start();
    assert.match(await exchange(port, message({ sequence: '0042' })), /^\n[0-9A-F]{8}"ACK"0042R1L0#4711\[\]\r$/);
    const [signal] = host.reported;
    assert.equal(host.reported.length, 1);
    assert.deepEqual([signal?.point, signal?.kind, signal?.phase], ['zone-1', 'intrusion.alarm', 'raised']);
    assert.deepEqual(signal?.details, { account: '4711', sequence: '0042', code: 'BA', words: 'burglary alarm', zone: '1', partition: '1' });
  });

  it('reports that a zone is open, and closed, where the panel tells it', async () => {
    const { host, port } = await start();
    for (const [index, data] of ['#4711|Nri1/ZO001', '#4711|Nri1/ZC001'].entries()) await exchange(port, message({ data, sequence: `001${index}` }));
    assert.deepEqual(
      host.of('zone-1', 'zone.open').map(({ phase, details }) => [phase, details?.['words']]),
      [
        ['raised', 'zone open'],
        ['restored', 'zone closed'],
      ],
    );
  });

  it('reports a zone that the site does not know on the panel', async () => {
    const { host, port } = await start();
    await exchange(port, message({ data: '#4711|Nri1/BA099' }));
    assert.equal(host.of('panel-main', 'intrusion.alarm')[0]?.details?.zone, '99');
  });

  it('leaves out the receiver number that the panel left out', async () => {
    const { port } = await start();
    const poll = Buffer.from('\n96ED0016"SIA-DCS"0001L0#1234[]\r', 'latin1');
    assert.match(await exchange(port, poll), /"ACK"0001L0#1234\[\]\r$/);
  });

  it('acknowledges a poll and reports nothing', async () => {
    const { host, port } = await start();
    assert.match(await exchange(port, message({ token: 'NULL', data: '', sequence: '0000' })), /"ACK"0000/);
    assert.deepEqual(host.reported, []);
  });

  it('takes arming from Contact ID with the qualifiers turned round', async () => {
    const { host, port } = await start();
    await exchange(
      port,
      message({ token: 'ADM-CID', data: '#4711|3401 01 007' }),
      message({ token: 'ADM-CID', data: '#4711|1401 01 007', sequence: '0002' }),
    );
    assert.deepEqual(
      host.of('panel-main', 'panel.armed').map(({ phase, details }) => [phase, details?.user, details?.words]),
      [
        ['raised', '7', 'armed by user'],
        ['restored', '7', 'disarmed by user'],
      ],
    );
  });

  it('shows a code that it does not know, and acknowledges it', async () => {
    const { host, port } = await start();
    assert.match(await exchange(port, message({ data: '#4711|Nri1/QZ5' })), /"ACK"/);
    assert.deepEqual(host.of('panel-main', 'panel.message')[0]?.details?.code, 'QZ');
  });

  it('shows content that it cannot read, and acknowledges it', async () => {
    const { host, port } = await start();
    assert.match(await exchange(port, message({ data: '#4711|???' })), /"ACK"/);
    assert.equal(host.of('panel-main', 'panel.message')[0]?.details?.content, '#4711|???');
  });

  it('reports every event of a message that carries several', async () => {
    const { host, port } = await start();
    await exchange(port, message({ data: '#4711|Nri1/BA001^Lobby^/BR002' }));
    assert.deepEqual(
      host.reported.map(({ point, phase, details }) => [point, phase, details?.text]),
      [
        ['zone-1', 'raised', 'Lobby'],
        ['zone-2', 'restored', undefined],
      ],
    );
    assert.notEqual(host.reported[0]?.repeatKey, host.reported[1]?.repeatKey);
  });

  it('ends a trouble as well as the alarm when a general restoral follows it', async () => {
    const { host, port } = await start();
    const say = (data: string, sequence: string) => message({ data: `#4711|Nri1/${data}`, sequence });
    await exchange(port, say('BT001', '0001'), say('BR001', '0002'), say('BR001', '0003'));
    assert.deepEqual(
      host.of('zone-1', 'zone.trouble').map(({ phase }) => phase),
      ['raised', 'restored'],
    );
    assert.equal(host.of('zone-1', 'intrusion.alarm').length, 2);
  });

  it('gives a repeat the same key, even with a new time stamp, and another message another one', async () => {
    const { host, port } = await start();
    const now = Date.now();
    await exchange(port, message({ at: now }), message({ at: now + 5000 }), message({ at: now, sequence: '0002' }));
    const [first, repeat, other] = host.reported.filter(({ kind }) => kind === 'intrusion.alarm').map(({ repeatKey }) => repeatKey);
    assert.ok(first !== undefined);
    assert.equal(first, repeat);
    assert.notEqual(first, other);
  });

  it('tells repeats of a panel that numbers nothing by their time stamp', async () => {
    const { host, port } = await start();
    const now = Date.now();
    await exchange(port, message({ at: now, sequence: '0000' }), message({ at: now + 5000, sequence: '0000' }), message({ sequence: '0000' }));
    const keys = host.of('zone-1', 'intrusion.alarm').map(({ repeatKey }) => repeatKey);
    assert.notEqual(keys[0], keys[1]);
    assert.equal(keys[2], undefined);
  });

  it('does not take a panel that counts from 0001 again for one that repeats', async () => {
    const clock = new ManualClock();
    const { host, port } = await start({ clock });
    await exchange(port, message({}));
    clock.advance(5 * 60_000);
    await exchange(port, message({}));
    clock.advance(5 * 60_000 + 1);
    await exchange(port, message({}));
    const [first, repeat, anew] = host.of('zone-1', 'intrusion.alarm').map(({ repeatKey }) => repeatKey);
    assert.equal(first, repeat);
    assert.notEqual(first, anew);
  });

  it('uses the time of occurrence where the panel tells it apart from the time of sending', async () => {
    const clock = new ManualClock();
    const { host, port } = await start({ clock });
    await exchange(port, message({ at: clock.now() + 3000, extended: '[H11:00:00,01-15-2026][X12.5][Y-41.25]' }));
    const [signal] = host.of('zone-1', 'intrusion.alarm');
    assert.equal(signal?.occurredAt, Date.UTC(2026, 0, 15, 11, 0, 0));
    assert.equal(signal.clockOffsetMs, 3000);
    assert.equal(signal.details?.longitude, '12.5');
    assert.equal(signal.details.latitude, '-41.25');
  });

  it('gives a frame with a wrong CRC no answer, and counts it', async () => {
    const { host, port } = await start();
    const wrong = Buffer.from(message({}).toString('latin1').replace('BA001', 'BA002'), 'latin1');
    assert.equal(await exchange(port, wrong), '');
    assert.deepEqual(host.reported, []);
    assert.match(host.malformedFrames[0]?.reason ?? '', /^CRC/);
  });

  it('takes a frame with a wrong length and a right CRC, and notes it', async () => {
    const { host, port } = await start();
    assert.match(await exchange(port, Buffer.from('\n97F90078"SIA-DCS"6002L0#AAA[|Nri2/JC12]_12:58:23,09-15-2021\r', 'latin1')), /"ACK"6002L0#AAA/);
    assert.equal(host.reported[0]?.details?.warning, 'length field 0078 is wrong');
  });

  it('does not answer an answer, so that two receivers cannot talk for ever', async () => {
    const { host, port } = await start();
    assert.equal(await exchange(port, message({ token: 'ACK', data: '' })), '');
    assert.equal(host.malformedFrames.length, 1);
  });

  it('finds the next frame after garbage', async () => {
    const { host, port } = await start();
    assert.match(await exchange(port, Buffer.from('GET / HTTP/1.1\r\n\r\n\xff\xfe', 'latin1'), message({})), /^\n.*"ACK".*\r$/);
    assert.equal(host.reported.length, 1);
    assert.ok(host.malformedFrames.length > 0);
  });

  it('shows an account that the site does not know on its own point, and acknowledges it', async () => {
    const { host, port } = await start();
    assert.match(await exchange(port, message({ account: '0815' })), /"ACK"0001R1L0#0815/);
    assert.deepEqual(
      host.of('device', 'panel.message').map(({ details }) => [details?.account, details?.code]),
      [['0815', 'BA']],
    );
  });

  it('answers DUH to an encrypted message of an account that the site does not know', async () => {
    const { host, port } = await start();
    assert.match(await exchange(port, message({ account: '0815', key: testKey, at: Date.now() })), /"DUH"0001R1L0#0815\[\]\r$/);
    assert.equal(host.of('device', 'panel.message').length, 1);
  });

  describe('with a key', () => {
    it('answers an encrypted message with an encrypted acknowledgement', async () => {
      const { host, port } = await start({ encrypted: true });
      assert.match(await exchange(port, message({ key: testKey, at: Date.now() })), /^\n[0-9A-F]{8}"\*ACK"0001R1L0#4711\[[0-9A-F]{64}\r$/);
      assert.equal(host.of('zone-1', 'intrusion.alarm').length, 1);
    });

    it('answers DUH to a message in clear and says so on the panel', async () => {
      const { host, port } = await start({ encrypted: true });
      assert.match(await exchange(port, message({})), /"DUH"0001/);
      assert.deepEqual(host.of('zone-1', 'intrusion.alarm'), []);
      assert.match(String(host.of('panel-main', 'device.malformed')[0]?.details?.words), /in clear/);
    });

    it('says once a minute that the key is likely wrong, and counts each message', async () => {
      const clock = new ManualClock();
      const { host, port } = await start({ encrypted: true, clock });
      const wrong = () => message({ key: 'another key of 32 bytes.........', at: clock.now() });
      assert.match(await exchange(port, wrong(), wrong(), wrong()), /"DUH"/);
      assert.equal(host.of('panel-main', 'device.malformed').length, 1);
      assert.match(String(host.of('panel-main', 'device.malformed')[0]?.details?.words), /key is likely wrong/);
      assert.equal(host.malformedFrames.length, 3);
      clock.advance(60_000);
      await exchange(port, wrong());
      assert.equal(host.of('panel-main', 'device.malformed').length, 2);
    });

    it('answers NAK with its own time, in clear, when the time is outside the window', async () => {
      const clock = new ManualClock();
      const { host, port } = await start({ encrypted: true, clock });
      const at = (seconds: number) => message({ key: testKey, at: clock.now() + seconds * 1000 });
      assert.match(await exchange(port, at(20), at(-40)), /"\*ACK".*"\*ACK"/s);
      assert.match(await exchange(port, at(21)), /^\n[0-9A-F]{4}0025"NAK"0000R0L0A0\[\]_12:00:00,01-15-2026\r$/);
      assert.match(await exchange(port, at(-41)), /"NAK"/);
      assert.equal(host.of('zone-1', 'intrusion.alarm').length, 2);
    });

    it('raises the wrong clock once and restores it once it is right', async () => {
      const clock = new ManualClock();
      const { host, port } = await start({ encrypted: true, clock });
      const at = (seconds: number) => message({ key: testKey, at: clock.now() + seconds * 1000 });
      await exchange(port, at(0), at(100), at(100), at(1));
      assert.deepEqual(
        host.of('panel-main', 'device.clock').map(({ phase, initial, details }) => [phase, initial ?? false, details?.offsetMs]),
        [
          ['restored', true, 0],
          ['raised', false, 100_000],
          ['restored', false, 1000],
        ],
      );
    });

    it('knows when it happened that had to wait until the clock was set', async () => {
      const clock = new ManualClock();
      const { host, port } = await start({ encrypted: true, clock });
      const slowMs = 2 * 3_600_000;
      const alarm = (sequence: string, at: number, writtenAt: number) =>
        message({ key: testKey, sequence, at, extended: `[H${formatStamp(writtenAt)}]` });
      await exchange(port, message({ key: testKey, at: clock.now() }));
      clock.advance(60_000);
      const happenedAt = clock.now();
      assert.match(await exchange(port, alarm('0002', happenedAt - slowMs, happenedAt - slowMs)), /"NAK"/);
      clock.advance(15_000);
      // The one that was refused, one that waited behind it, and one from before the clock was wrong.
      for (const [sequence, writtenAt] of [
        ['0002', happenedAt - slowMs],
        ['0003', happenedAt - slowMs],
        ['0004', happenedAt - 600_000],
      ] as const)
        assert.match(await exchange(port, alarm(sequence, clock.now(), writtenAt)), /"\*ACK"/);
      const [, ...waited] = host.of('zone-1', 'intrusion.alarm');
      const trueTimes = waited.map(({ occurredAt = 0, clockOffsetMs = 0 }) => occurredAt - clockOffsetMs - happenedAt);
      assert.deepEqual(trueTimes, [0, 0, -600_000]);
    });

    it('takes a drifting clock where the policy accepts it, with its offset', async () => {
      const clock = new ManualClock();
      const { host, port } = await start({ encrypted: true, clock, panel: { clockPolicy: 'accept' } });
      const year2000 = Date.UTC(2000, 0, 1);
      assert.match(await exchange(port, message({ key: testKey, at: year2000 })), /"\*ACK"/);
      const [signal] = host.of('zone-1', 'intrusion.alarm');
      assert.equal(signal?.occurredAt, year2000);
      assert.equal(signal.clockOffsetMs, year2000 - clock.now());
      assert.equal(host.of('panel-main', 'device.clock')[0]?.phase, 'raised');
    });
  });

  it('takes a message in clear whatever its time, since anybody could have written that', async () => {
    const clock = new ManualClock();
    const { host, port } = await start({ clock });
    assert.match(await exchange(port, message({ at: clock.now() - 86_400_000 })), /"ACK"/);
    assert.equal(host.of('zone-1', 'intrusion.alarm').length, 1);
    assert.equal(host.of('panel-main', 'device.clock')[0]?.phase, 'raised');
  });

  it('acknowledges nothing before the journal has taken it', async () => {
    const { host, port } = await start();
    let commit = () => {};
    const report = sinon.stub(host, 'report').callsFake(() => new Promise<void>((resolve) => (commit = resolve)));
    let answer = '';
    const over = exchange(port, message({})).then((received) => (answer = received));
    await until('the report', () => report.called);
    // A whole other exchange takes place meanwhile, and still nothing has been said on the first connection.
    await exchange(port, Buffer.from('\n'));
    assert.equal(answer, '');
    commit();
    await over;
    assert.match(answer, /"ACK"0001/);
  });

  it('says nothing when the journal fails, so that the panel repeats', async () => {
    const { host, port } = await start();
    host.journalFails = true;
    assert.equal(await exchange(port, message({})), '');
    host.journalFails = false;
    assert.match(await exchange(port, message({})), /"ACK"0001/);
    assert.equal(host.reported.length, 1);
  });

  it('raises a panel offline that is silent too long, and restores it when it polls again', async () => {
    const clock = new ManualClock();
    const { host, port } = await start({ clock, panel: { supervisionSeconds: 90 } });
    const poll = message({ token: 'NULL', data: '', sequence: '0000' });
    clock.advance(89_000);
    await exchange(port, poll);
    clock.advance(89_000);
    assert.deepEqual(
      host.of('panel-main', 'device.offline').map(({ phase, initial }) => [phase, initial]),
      [['restored', true]],
    );
    clock.advance(1000);
    await until('the alarm of silence', () => host.of('panel-main', 'device.offline').length === 2);
    // Blind since its last message, not since that was noticed.
    assert.equal(host.of('panel-main', 'device.offline').at(-1)?.details?.['offlineFrom'], new Date(clock.now() - 90_000).toISOString());
    await exchange(port, poll);
    assert.deepEqual(
      host.of('panel-main', 'device.offline').map(({ phase }) => phase),
      ['restored', 'raised', 'restored'],
    );
  });

  it('goes on trying to report a silent panel while the journal fails', async () => {
    const clock = new ManualClock();
    const { host } = await start({ clock, panel: { supervisionSeconds: 90 } });
    host.journalFails = true;
    clock.advance(90_000);
    await until('another try to be planned', () => clock.waiting === 1);
    host.journalFails = false;
    clock.advance(1000);
    await until('the report', () => host.of('panel-main', 'device.offline').length === 1);
  });

  it('answers datagrams, with no more bytes than they have', async () => {
    const { host, port } = await start({ encrypted: true });
    const poll = message({ token: 'NULL', data: '', sequence: '0000', at: Date.now(), key: testKey });
    const [answer = ''] = await exchangeDatagrams(port, 1, Buffer.from('noise'), poll);
    assert.match(answer, /"\*ACK"0000/);
    assert.ok(answer.length <= poll.length);
    assert.equal(host.malformedFrames.length, 1);
  });

  it('keeps the order of a panel over all its connections', async () => {
    const { host, port } = await start();
    const sent = Array.from({ length: 20 }, (_, index) => String(index + 1).padStart(4, '0'));
    await exchangeDatagrams(port, sent.length, ...sent.map((sequence) => message({ sequence })));
    assert.deepEqual(
      host.reported.map(({ details }) => details?.sequence),
      sent,
    );
  });

  it('closes a connection that completes no frame for two minutes', async () => {
    const clock = new ManualClock();
    const { port } = await start({ clock });
    const socket = connect({ host: '127.0.0.1', port });
    // Bytes that were on their way make the close a reset.
    socket.on('error', () => undefined);
    const closed = new Promise((resolve) => socket.on('close', resolve));
    await once(socket, 'connect');
    await until('the idle timer', () => clock.waiting === 1);
    socket.write('\n87CD');
    clock.advance(120_000);
    await closed;
    assert.equal(clock.waiting, 0);
  });

  it('leaves no handle and no timer when it is aborted', async () => {
    const clock = new ManualClock();
    const { host, port, done } = await start({ clock, panel: { supervisionSeconds: 90 } });
    const socket = connect({ host: '127.0.0.1', port });
    socket.on('error', () => undefined);
    const closed = new Promise((resolve) => socket.on('close', resolve));
    await once(socket, 'connect');
    await until('the connection', () => clock.waiting === 2);
    host.abort();
    await done;
    await closed;
    await until('the timers to be gone', () => clock.waiting === 0);
    await start({ options: { port } });
  });

  it('starts no timer for a message that was under way when it was aborted', async () => {
    const clock = new ManualClock();
    const { host, port, done } = await start({ clock, panel: { supervisionSeconds: 90 } });
    const commits: (() => void)[] = [];
    host.report = () => new Promise<void>((resolve) => commits.push(resolve));
    const over = exchange(port, message({}), message({ sequence: '0002' })).catch(() => '');
    await until('the first report', () => commits.length === 1);
    host.abort();
    await done;
    commits[0]?.();
    await over;
    await until('the rest of the message', () => commits.length >= 2);
    assert.equal(clock.waiting, 0);
  });

  it('names the address that another program has taken', async () => {
    const other = createServer();
    other.listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    try {
      const host = new TestHost(points({ account: '4711' }));
      await assert.rejects(adapter.connect(adapter.options.parse({ port }), host), (error: Error) => {
        assert.ok(!(error instanceof ConfigurationError));
        assert.match(error.message, new RegExp(`^127\\.0\\.0\\.1:${port} \\(TCP\\) is in use`));
        return true;
      });
      assert.equal(host.isOnline, false);
    } finally {
      other.close();
      await once(other, 'close');
    }
  });

  it('refuses two panels with one account, and a key that is none', async () => {
    const twice = new TestHost([...points({ account: '4711' }), { id: 'panel-annex', type: 'panel', name: 'Annex', at: { account: '4711' } }]);
    await assert.rejects(adapter.connect(adapter.options.parse({ port: 0 }), twice), ConfigurationError);
    const badKey = new TestHost(points({ account: '4711', key: { env: 'PATH' } }));
    await assert.rejects(adapter.connect(adapter.options.parse({ port: 0 }), badKey), /must have 16, 24 or 32 characters/);
  });
});

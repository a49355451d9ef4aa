import assert from 'node:assert/strict';
import fc from 'fast-check';
import { decodePlain } from '../../../adapters/sia-panel/plain-contact-id.ts';
import { FrameSplitter } from '../../../adapters/sia-panel/stream.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { exchange, message, startRig, testKey } from './rig.ts';
import type { Rig, RigSettings } from './rig.ts';

const bytes = (text: string) => Buffer.from(text, 'latin1');
/** Burglary in zone 1 of partition 1: 4+7+1+1+1+8+1+1+3+10+10+1+10+10+1 = 69, and 6 makes it 75. */
const burglary = '[4711 181130010016]';
const restored = '[4711 183130010014]';

describe('the codec of plain Contact ID', () => {
  it('reads account, qualifier, event, partition and zone', () => {
    assert.deepEqual(decodePlain(bytes(burglary)), {
      account: '4711',
      contactId: { qualifier: '1', event: '130', partition: '01', zone: '001' },
      check: 'right',
    });
  });

  // As logged from Lupus XT panels in the sources of schmupu/ioBroker.contactid.
  for (const report of ['[alarmanlage 18140101001B4B6]', '[alarmanlage 18160200000C5B7]']) {
    it(`finds the checksum of ${report} right, which a panel sent`, () => {
      assert.equal(decodePlain(bytes(report))?.check, 'right');
    });
  }

  it('finds one wrong digit out', () => {
    const wrong = [...Array(burglary.length).keys()]
      .filter((at) => /\d/.test(burglary.charAt(at)) && at > 7)
      .map((at) => `${burglary.slice(0, at)}${(Number(burglary.charAt(at)) + 1) % 9}${burglary.slice(at + 1)}`)
      .filter((report) => report !== burglary);
    for (const report of wrong) assert.equal(decodePlain(bytes(report))?.check, 'wrong', report);
  });

  it('says where there is no check', () => {
    assert.equal(decodePlain(bytes('[4711 18113001001]'))?.check, 'absent');
  });

  it('is undefined for anything else, and never throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (noise) => {
        assert.equal(decodePlain(noise), undefined);
      }),
    );
  });
});

describe('the stream splitter, given plain Contact ID', () => {
  it('finds reports however the stream is cut, among frames and garbage', () => {
    const stream = Buffer.concat([bytes(burglary), message({}), bytes('rubbish'), bytes(restored), bytes('\r\n'), message({ sequence: '0002' })]);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1 }), (lengths) => {
        const splitter = new FrameSplitter();
        const pieces = [];
        for (let at = 0, turn = 0; at < stream.length; turn += 1) {
          const length = lengths[turn % lengths.length] ?? 1;
          pieces.push(...splitter.push(stream.subarray(at, at + length)));
          at += length;
        }
        assert.deepEqual(
          pieces.map(({ type }) => type),
          ['report', 'frame', 'garbage', 'report', 'frame'],
        );
      }),
    );
  });

  it('takes brackets inside a DC-09 frame for what they are', () => {
    const frame = message({ token: 'ADM-CID', data: '#4711|1130 01 001', extended: '[4711 181130010016]' });
    assert.deepEqual(
      new FrameSplitter().push(frame).map(({ type }) => type),
      ['frame'],
    );
  });
});

describe('a receiver, given plain Contact ID', () => {
  let rig: Rig | undefined;
  const start = async (settings?: RigSettings) => (rig = await startRig(settings));
  afterEach(async () => {
    await rig?.stop();
    rig = undefined;
  });

  it('reports the event on its zone and answers with one byte', async () => {
    const { host, port } = await start();
    assert.equal(await exchange(port, bytes(burglary)), '\x06');
    const [signal] = host.of('zone-1', 'intrusion.alarm');
    assert.equal(signal?.phase, 'raised');
    assert.deepEqual(signal.details, { account: '4711', code: 'E130', words: 'burglary alarm', zone: '1', partition: '1' });
    assert.equal(signal.raw, burglary);
  });

  it('leaves a report unanswered while the journal cannot be written', async () => {
    const { host, port } = await start();
    host.journalFails = true;
    assert.equal(await exchange(port, bytes(burglary)), '');
  });

  it('gives a repeat the key of the first, and the same report after another one, or after a while, a new key', async () => {
    const clock = new ManualClock();
    const { host, port } = await start({ clock });
    await exchange(port, bytes(burglary));
    clock.advance(5000);
    await exchange(port, bytes(burglary), bytes(restored));
    clock.advance(1000);
    await exchange(port, bytes(burglary));
    clock.advance(31_000);
    await exchange(port, bytes(burglary));
    const keys = host.of('zone-1', 'intrusion.alarm').map(({ repeatKey }) => repeatKey);
    assert.equal(keys[0], keys[1]);
    assert.equal(new Set(keys).size, 4);
  });

  it('does not answer a report whose check is wrong or missing, and counts it', async () => {
    const { host, port } = await start();
    assert.equal(await exchange(port, bytes('[4711 181130010017]'), bytes('[4711 18113001001]')), '');
    assert.deepEqual(
      host.malformedFrames.map(({ reason }) => /check of a report by account 4711 is (\w+)/.exec(reason)?.[1]),
      ['wrong', 'absent'],
    );
    assert.deepEqual(host.reported, []);
  });

  it('takes it with a warning where the site file says that the check is not looked at', async () => {
    const { host, port } = await start({ options: { plainContactId: 'unchecked' } });
    assert.equal(await exchange(port, bytes('[4711 181130010017]')), '\x06');
    assert.equal(host.of('zone-1', 'intrusion.alarm')[0]?.details?.['warning'], 'the check of the report is wrong');
  });

  it('takes none where the site file says so', async () => {
    const { host, port } = await start({ options: { plainContactId: 'off' } });
    assert.equal(await exchange(port, bytes(burglary)), '');
    assert.deepEqual(host.reported, []);
  });

  it('refuses it from a panel that has a key', async () => {
    const { host, port } = await start({ encrypted: true });
    assert.equal(await exchange(port, bytes(burglary)), '');
    assert.deepEqual(host.of('zone-1', 'intrusion.alarm'), []);
    assert.equal(host.of('panel-main', 'device.malformed').length, 1);
    assert.ok(!JSON.stringify(host.reported).includes(testKey));
  });

  it('journals the report of an account that the site does not know, and names the account for somebody to look at', async () => {
    const { host, port } = await start();
    assert.equal(await exchange(port, bytes('[alarmanlage 18140101001B4B6]')), '\x06');
    assert.equal(host.of('device', 'panel.message')[0]?.details?.['account'], 'ALARMANLAGE');
    assert.match(host.onlineDetail ?? '', /^listening on /);
    assert.equal(host.onlineAttention, 'messages from accounts that the site does not know: ALARMANLAGE');
  });
});

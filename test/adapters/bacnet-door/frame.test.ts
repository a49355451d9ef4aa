import assert from 'node:assert/strict';
import { frameFault } from '../../../adapters/bacnet-door/frame.ts';
import { encodeFrame } from '../../../simulators/bacnet-door/codec/frame.ts';
import { encodeCovNotification, encodeError, encodeIAm } from '../../../simulators/bacnet-door/codec/services.ts';

const fault = (hex: string) => frameFault(Buffer.from(hex, 'hex'));

describe('the form of a BACnet/IP frame', () => {
  it('is right in whatever the simulated controller sends', () => {
    const values = [
      {
        property: 85,
        values: [
          { type: 'enumerated', value: 1 },
          { type: 'boolean', value: true },
        ],
      },
      { property: 77, values: [{ type: 'text', value: 'a'.repeat(300) }, { type: 'null' }] },
    ] as const;
    const data = encodeCovNotification({ process: 1, device: 3001, object: { type: 30, instance: 1 }, secondsRemaining: 300, values });
    for (const apdu of [
      { type: 'confirmed-request', invokeId: 1, segmented: false, service: 1, data },
      { type: 'unconfirmed-request', service: 0, data: encodeIAm(3001, 999) },
      { type: 'simple-ack', invokeId: 1, service: 15 },
      { type: 'error', invokeId: 1, service: 12, data: encodeError([2, 32]) },
      { type: 'reject', invokeId: 1, reason: 9 },
    ] as const) {
      assert.equal(frameFault(encodeFrame(apdu)), undefined, apdu.type);
    }
  });

  // Found by fuzzing: the library looked for the closing tag for ever.
  it('is wrong where a bracket is closed by another', () => {
    assert.match(fault('810a0029010400050101093c1c02000bb92c078000013a012c4e09552e91012f09172e820480d9c34f') ?? '', /closing tag 4 closes nothing/);
  });

  it('is wrong where a bracket stays open, a value ends behind the message, or the message is segmented', () => {
    assert.match(fault('810a000c0100300 10c3e9100'.replaceAll(' ', '')) ?? '', /closing tag 3 is missing/);
    assert.match(fault('810a000c0100300 10c0c0200'.replaceAll(' ', '')) ?? '', /behind the message/);
    assert.match(fault('810a000c0100380 10c0c0200'.replaceAll(' ', '')) ?? '', /segmented/);
  });

  it('is not looked into where it is a message of the network layer', () => {
    assert.equal(fault('810a000801800001'), undefined);
  });
});

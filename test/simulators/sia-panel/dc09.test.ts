import assert from 'node:assert/strict';
import { createDecipheriv } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { buildFrame, crcOf, keyBytes, readAnswer, timeStamp } from '../../../simulators/sia-panel/dc09.ts';

const identity = { account: '4711', receiver: '1', line: '0' };
const at = new Date(Date.UTC(2026, 0, 15, 12, 0, 0));
const { vectors } = JSON.parse(readFileSync(new URL('../../vectors/sia-dc09.json', import.meta.url), 'utf8')) as {
  vectors: { id: string; line: string; raw: string; expected: { crcComputed?: string } }[];
};

describe("the simulated panel's side of DC-09", () => {
  for (const { id, line, expected } of vectors) {
    if (expected.crcComputed === undefined) continue;
    it(`counts the CRC of ${id} as its source does`, () => {
      assert.equal(crcOf(line.slice(8)).toString(16).toUpperCase().padStart(4, '0'), expected.crcComputed);
    });
  }

  it('builds a frame in clear as the standard prints it', () => {
    const frame = buildFrame({ token: 'NULL', sequence: '0000', content: '' }, identity, at).toString('latin1');
    assert.match(frame, /^\n[0-9A-F]{4}0029"NULL"0000R1L0#4711\[\]_12:00:00,01-15-2026\r$/);
  });

  it('pads an encrypted message in front of the first bar', () => {
    const key = keyBytes('0123456789ABCDEF');
    const frame = buildFrame({ token: 'SIA-DCS', sequence: '0001', content: 'Nri1/BA001', occurredAt: at }, identity, at, key).toString('latin1');
    const body = /^\n[0-9A-F]{8}"\*SIA-DCS"0001R1L0#4711\[([0-9A-F]+)\r$/.exec(frame)?.[1] ?? '';
    const decipher = createDecipheriv('aes-128-cbc', key, Buffer.alloc(16)).setAutoPadding(false);
    const clear = decipher.update(body, 'hex', 'latin1') + decipher.final('latin1');
    assert.match(clear, /^[0-9]+\|#4711\|Nri1\/BA001\]\[H12:00:00,01-15-2026\]_12:00:00,01-15-2026$/);
  });

  it('takes the NAK of another receiver, with its time', () => {
    const nak = vectors.find(({ id }) => id === 'nak-reply')?.raw ?? '';
    assert.deepEqual(readAnswer(Buffer.from(nak, 'latin1')), { type: 'NAK', receiverTime: '16:20:01,09-24-2025' });
  });

  it('takes no answer with a wrong CRC, a wrong length, or in clear to what was encrypted', () => {
    const ack = '"ACK"0001L0#4711[]';
    const crc = crcOf(ack).toString(16).toUpperCase().padStart(4, '0');
    const read = (text: string, key?: Buffer) => readAnswer(Buffer.from(text, 'latin1'), key).type;
    assert.equal(read(`\n${crc}0012${ack}\r`), 'ACK');
    assert.equal(read(`\n00000012${ack}\r`), 'invalid');
    assert.equal(read(`\n${crc}0013${ack}\r`), 'invalid');
    assert.equal(read(`\n${crc}0012${ack}\r`, keyBytes('0123456789ABCDEF')), 'invalid');
  });

  it('stamps in GMT', () => {
    assert.equal(timeStamp(new Date('2026-07-01T23:59:58+02:00')), '_21:59:58,07-01-2026');
  });
});

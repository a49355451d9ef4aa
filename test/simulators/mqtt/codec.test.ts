import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  connack,
  connect,
  publish,
  readConnect,
  readPublish,
  readSubscribe,
  readUnsubscribe,
  split,
  suback,
  type,
} from '../../../simulators/mqtt/codec.ts';

const hex = (text: string) => Buffer.from(text.replace(/\s/g, ''), 'hex');
const only = (bytes: Buffer) => {
  const { packets, rest } = split(bytes);
  assert.equal(packets.length, 1);
  assert.equal(rest.length, 0);
  return packets[0]!;
};

describe('the simulated broker’s packets', () => {
  it('reads the example of MQTT 3.1.1, 3.1.2: CONNECT with will, user name and password', () => {
    // Variable header: "MQTT", level 4, flags 0xCE (user name, password, will QoS 1, will, clean session), keep alive 10 s.
    const bytes = hex('10 26 0004 4d515454 04 ce 000a 0004 67617465 0004 77696c6c 0002 6869 0004 75736572 0004 70617373');
    const { will, ...request } = readConnect(only(bytes));
    assert.deepEqual(request, { clientId: 'gate', cleanSession: true, keepAliveSeconds: 10, username: 'user', password: 'pass' });
    assert.deepEqual({ ...will, payload: String(will?.payload) }, { topic: 'will', payload: 'hi', qos: 1, retain: false });
  });

  it('refuses another protocol or level', () => {
    assert.throws(() => readConnect(only(hex('10 0f 0006 4d5149736470 03 02 003c 0001 61'))), /MQIsdp level 3/);
  });

  it('reads the example of 3.8.3: SUBSCRIBE to a/b with QoS 1 and c/d with QoS 2', () => {
    assert.deepEqual(readSubscribe(only(hex('82 0e 000a 0003 612f62 01 0003 632f64 02'))), {
      id: 10,
      filters: [
        { filter: 'a/b', qos: 1 },
        { filter: 'c/d', qos: 2 },
      ],
    });
  });

  it('reads the example of 3.10.3: UNSUBSCRIBE from a/b and c/d', () => {
    assert.deepEqual(readUnsubscribe(only(hex('a2 0c 000a 0003 612f62 0003 632f64'))), { id: 10, filters: ['a/b', 'c/d'] });
  });

  it('writes CONNACK and SUBACK as 3.2 and 3.9 have them', () => {
    assert.deepEqual(connack(true, 0), hex('20 02 01 00'));
    assert.deepEqual(suback(10, [0, 2, 0x80]), hex('90 05 000a 00 02 80'));
  });

  it('writes PUBLISH with its flags, and the lengths of 2.2.3 at their limits', () => {
    const publication = { topic: 'a/b', payload: Buffer.from('x'), qos: 1, retain: true } as const;
    assert.deepEqual(publish(publication, 10, true), hex('3b 08 0003 612f62 000a 78'));
    for (const [length, header] of [
      [127, '7f'],
      [128, '8001'],
      [16_383, 'ff7f'],
      [16_384, '808001'],
      [2_097_151, 'ffff7f'],
      [2_097_152, '80808001'],
    ] as const) {
      const bytes = publish({ topic: 't', payload: Buffer.alloc(length - 3), qos: 0, retain: false }, 0, false);
      assert.equal(bytes.subarray(1, 1 + header.length / 2).toString('hex'), header);
    }
  });

  it('refuses a length of five bytes, and QoS 2', () => {
    assert.throws(() => split(hex('30 ff ff ff ff 01')), /2\.2\.3/);
    assert.throws(() => readPublish(only(hex('34 06 0001 61 0001 78'))), /QoS 2/);
  });

  it('gives back what was put in, however the stream is cut', () => {
    const publication = fc.record(
      {
        topic: fc.string({ minLength: 1 }).filter((topic) => Buffer.from(topic).toString() === topic),
        payload: fc.uint8Array().map((bytes) => Buffer.from(bytes)),
        qos: fc.constantFrom(0 as const, 1 as const),
        retain: fc.boolean(),
      },
      { noNullPrototype: true },
    );
    fc.assert(
      fc.property(fc.array(publication, { minLength: 1, maxLength: 5 }), fc.nat(), (publications, cut) => {
        const bytes = Buffer.concat(publications.map((each, index) => publish(each, index + 1, false)));
        const first = split(bytes.subarray(0, cut % (bytes.length + 1)));
        const second = split(Buffer.concat([first.rest, bytes.subarray(cut % (bytes.length + 1))]));
        const read = [...first.packets, ...second.packets].map((packet) => {
          assert.equal(packet.type, type.publish);
          const { id: _id, ...rest } = readPublish(packet);
          return rest;
        });
        assert.deepEqual(read, publications);
      }),
    );
  });

  it('reads the CONNECT that it writes', () => {
    const request = { clientId: 'id', cleanSession: false, keepAliveSeconds: 30, username: 'u', password: 'p' };
    assert.deepEqual(readConnect(only(connect(request))), request);
  });
});

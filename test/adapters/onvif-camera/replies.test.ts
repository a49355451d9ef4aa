import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { MalformedReply, SoapFault } from '../../../adapters/onvif-camera/errors.ts';
import { lifetimeOf, readNotifications, readSubscription } from '../../../adapters/onvif-camera/notifications.ts';
import { readReply } from '../../../adapters/onvif-camera/soap.ts';
import { stateOf } from '../../../adapters/onvif-camera/readings.ts';
import { topicKinds, topics, topicsOf } from '../../../adapters/onvif-camera/topics.ts';
import { parseXml } from '../../../adapters/onvif-camera/xml.ts';
import { kinds } from '../../../src/domain/kinds.ts';
import { envelope, fault } from './scripted-camera.ts';

const golden = (name: string) => readFileSync(new URL(`replies/${name}.xml`, import.meta.url), 'utf8');
const makers = ['reolink', 'hikvision', 'dahua', 'axis', 'tvt', 'broken-messages'];

/** What a reply says in a line for each message. */
function told(text: string): string[] {
  return readNotifications(readReply(200, text), text).map((message) => {
    if ('unreadable' in message) return message.unreadable;
    const [row] = topicsOf(message.topic);
    const state = row === undefined ? 'not in the table' : `${row.kind} ${stateOf(message.data.get(row.item) ?? '')}`;
    const time = message.utcTime === undefined ? 'no time' : new Date(message.utcTime).toISOString();
    return `${message.topic} ${message.operation} ${time} ${[...message.source.values()].join(',')}: ${state}`;
  });
}

describe('onvif-camera: replies', () => {
  const expected: Record<string, string[]> = {
    reolink: [
      'tns1:RuleEngine/CellMotionDetector/Motion Initialized 2026-01-15T12:00:48.000Z 000: video.motion false',
      'tns1:VideoSource/MotionAlarm Changed 2026-01-15T12:00:48.000Z 000: video.motion true',
    ],
    hikvision: [
      'tns1:RuleEngine/CellMotionDetector/Motion Changed 2026-01-15T12:00:30.000Z VideoSourceToken,VideoAnalyticsToken,MyMotionDetectorRule: video.motion true',
      'tns1:RuleEngine/TamperDetector/Tamper Initialized 2026-01-15T12:00:31.000Z VideoSourceToken,VideoAnalyticsToken,MyTamperDetectorRule: video.tamper false',
    ],
    dahua: ['tns1:VideoSource/GlobalSceneChange/ImagingService Changed 2026-01-15T12:32:00.000Z VideoSource000: video.tamper true'],
    axis: [
      'tns1:Device/tnsaxis:Sensor/PIR Initialized 2026-01-15T12:00:00.371Z 0: not in the table',
      'tns1:RuleEngine/MotionRegionDetector/Motion Changed 2026-01-15T12:00:01.425Z 0: video.motion true',
    ],
    tvt: ['tns1:VideoSource/MotionAlarm none 2026-01-15T12:00:04.000Z VideoSource_1: video.motion true'],
    'broken-messages': [
      'a notification without a topic',
      'a notification of tns1:VideoSource/MotionAlarm without a message',
      'tns1:VideoSource/MotionAlarm none no time : video.motion undefined',
      'tns1:VideoSource/SignalLoss Changed 2026-01-15T12:00:00.000Z A & B: video.lost true',
    ],
  };
  for (const [maker, lines] of Object.entries(expected)) {
    it(`reads the messages of ${maker}`, () => {
      assert.deepEqual(told(golden(maker)), lines);
    });
  }

  it('keeps each message as it was on the wire', () => {
    const text = golden('axis');
    const [first, second] = readNotifications(readReply(200, text), text);
    assert.ok(first?.raw.startsWith('<wsnt:NotificationMessage xmlns:tns1=') && first.raw.endsWith('</wsnt:NotificationMessage>'));
    assert.ok(second?.raw.includes('MotionRegionDetector') === true && !second.raw.includes('PIR'));
  });

  it('counts the time that is left by the clock of the camera, and takes none for unknown', () => {
    const times = (now: string, end: string) =>
      lifetimeOf(parseXml(`<r><CurrentTime>${now}</CurrentTime><TerminationTime>${end}</TerminationTime></r>`));
    assert.equal(times('1970-01-01T00:00:00Z', '1970-01-01T00:10:00Z'), 600_000);
    assert.equal(times('2026-01-15T14:00:00+02:00', '2026-01-15T12:01:00'), 60_000);
    assert.equal(times('2026-01-15T12:00:00Z', '2026-01-15T12:00:00Z'), undefined);
    assert.equal(times('soon', 'later'), undefined);
  });

  it('finds the name space of a reference parameter wherever it was declared', () => {
    const text =
      '<R xmlns:x="urn:axis"><SubscriptionReference><Address>http://h/s</Address><ReferenceParameters><x:Id>7</x:Id></ReferenceParameters></SubscriptionReference></R>';
    const [parameter] = readSubscription(parseXml(text), text).reference.parameters;
    assert.deepEqual([parameter?.name, parameter?.namespace, parameter?.text], ['Id', 'urn:axis', '7']);
  });

  it('reads the subcodes and the reason of a fault whatever its HTTP status, and of SOAP 1.1', () => {
    const refusal = (status: number, text: string) => {
      try {
        readReply(status, text);
      } catch (error) {
        assert.ok(error instanceof SoapFault);
        return [error.message, error.notAuthorized];
      }
      return [];
    };
    assert.deepEqual(refusal(200, fault('NotAuthorized', 'Sender')), ['Sender: NotAuthorized: Sender', true]);
    assert.deepEqual(refusal(500, fault('ResourceUnknown', 'gone')), ['Sender: ResourceUnknown: gone', false]);
    const old = envelope('<s:Fault><faultcode>wsse:FailedAuthentication</faultcode><faultstring>wrong</faultstring></s:Fault>');
    assert.deepEqual(refusal(500, old), ['FailedAuthentication: wrong', true]);
    assert.deepEqual(refusal(401, '<html/>'), ['HTTP status 401 without a SOAP reply', true]);
    assert.deepEqual(refusal(503, ''), ['HTTP status 503 without a SOAP reply', false]);
  });

  it('refuses document types, so that no entity is ever expanded', () => {
    const bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><s:Envelope><s:Body><r>&b;</r></s:Body></s:Envelope>';
    assert.throws(() => readReply(200, bomb), MalformedReply);
  });

  it('refuses nesting without end and replies that are cut off', () => {
    assert.throws(() => parseXml('<a>'.repeat(10_000)), MalformedReply);
    assert.throws(() => parseXml('<a>'.repeat(100) + '</a>'.repeat(100)), MalformedReply);
    for (const maker of makers) {
      const text = golden(maker).trimEnd();
      for (let end = 0; end < text.length; end += 37) assert.throws(() => readReply(200, text.slice(0, end)), MalformedReply);
    }
  });

  it('throws nothing but MalformedReply and SoapFault for replies that are damaged in any way', () => {
    const damage = fc.record({
      at: fc.nat(),
      remove: fc.nat(40),
      insert: fc.oneof(
        fc.string(),
        fc.constantFrom('<', '>', '</', '"', '&#0;', '&#xffffff;', '<![CDATA[', '<!--', '<__proto__>', ' constructor="1"'),
      ),
    });
    fc.assert(
      fc.property(
        fc.constantFrom(...makers),
        fc.integer({ min: 0, max: 599 }),
        fc.array(damage, { minLength: 1, maxLength: 6 }),
        (maker, status, damages) => {
          const text = damages.reduce((sofar, { at, remove, insert }) => {
            const from = at % (sofar.length + 1);
            return sofar.slice(0, from) + insert + sofar.slice(from + remove);
          }, golden(maker));
          try {
            const reply = readReply(status, text);
            for (const message of readNotifications(reply, text)) if ('topic' in message) topicsOf(message.topic);
            readSubscription(reply, text);
          } catch (error) {
            assert.ok(error instanceof MalformedReply || error instanceof SoapFault, String(error));
          }
        },
      ),
      { numRuns: 1_500 },
    );
  });

  it('throws nothing but MalformedReply and SoapFault for any text at all', function () {
    this.timeout(20_000);
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.array(fc.constantFrom('<', 'a', ':', '>', '/', '=', '"', ' ', '?', '!', '-', '[', ']')).map((all) => all.join('')),
        ),
        (text) => {
          try {
            readReply(200, text);
          } catch (error) {
            assert.ok(error instanceof MalformedReply || error instanceof SoapFault, String(error));
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

describe('onvif-camera: topics', () => {
  it('knows topics by their path, whatever prefixes a camera uses and whichever service sees them', () => {
    assert.equal(topicsOf('tns1:VideoSource/tns1:MotionAlarm')[0]?.kind, 'video.motion');
    assert.equal(topicsOf(' VideoSource/GlobalSceneChange/AnalyticsService ')[0]?.kind, 'video.tamper');
    assert.equal(topicsOf('tns1:VideoSource/SignalLoss/x')[0]?.kind, 'video.lost');
    for (const other of ['', 'tns1:VideoSource', 'tns1:VideoSource/MotionAlarm/x', 'tns1:Monitoring/ProcessorUsage'])
      assert.deepEqual(topicsOf(other), []);
  });

  it('leads to kinds that the domain knows', () => {
    assert.ok(topicKinds.every((kind) => kind in kinds));
    assert.ok(topics.every(({ uncertainAfterMs }) => uncertainAfterMs === undefined || uncertainAfterMs >= 60_000));
  });

  it('reads states as cameras write them', () => {
    assert.deepEqual(['true', '1', 'True', 'on'].map(stateOf), [true, true, true, true]);
    assert.deepEqual(['false', '0', ' FALSE', 'off'].map(stateOf), [false, false, false, false]);
    assert.deepEqual(['', '2', 'perhaps'].map(stateOf), [undefined, undefined, undefined]);
  });
});

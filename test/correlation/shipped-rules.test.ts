import assert from 'node:assert/strict';
import type { LocatedEvent } from '../../src/domain/event.ts';
import { kinds } from '../../src/domain/kinds.ts';
import type { EventKind } from '../../src/domain/kinds.ts';
import { correlate } from '../../src/correlation/engine.ts';
import { isLeadRule } from '../../src/correlation/rule-schema.ts';
import { triggersOf } from '../../src/correlation/schema/when.ts';
import { arriving, event, inShort, inVirtualTime } from './lab.ts';
import { shipped } from './shipped-rules.ts';

/** Events as they arrive (marbles), and what the shipped rules find, in the same notation. */
function expectFindings(arrivals: string, events: Record<string, LocatedEvent>, findings: string, texts: Record<string, string> = {}): void {
  inVirtualTime(({ hot, expectObservable }, context) => {
    const found$ = inShort(correlate(arriving(hot(arrivals, events), context), shipped.rules, context));
    expectObservable(found$).toBe(findings, texts);
  });
}

const forcedLead = 'lead door-forced@door-server by door-forced P2';
const inferredLead = 'lead door-forced@door-server by door-forced-inferred P2';
const motion = 'support door-forced@door-server by motion-nearby -1';

describe('the rules that Sallyport comes with', () => {
  it('are valid', () => {
    assert.deepEqual(shipped.problems, []);
    assert.ok(shipped.rules.length > 15);
  });

  it('open an incident for every critical kind of event', () => {
    const opened = new Set(shipped.rules.filter(isLeadRule).flatMap(({ when }) => triggersOf(when).flatMap(({ event: kind }) => kind)));
    const critical = (Object.keys(kinds) as EventKind[]).filter((kind) => kinds[kind].severity === 'critical');
    assert.deepEqual(
      critical.filter((kind) => !opened.has(kind)),
      [],
    );
  });

  describe('door forced, told by the controller', () => {
    it('opens an incident in the same moment', () => {
      expectFindings('5s f', { f: event('door.forced', 'door-server', 5000) }, '5s l', { l: forcedLead });
    });

    it('is strengthened by motion that began before', () => {
      expectFindings('m 1999ms f', { m: event('video.motion', 'cam-server', 0), f: event('door.forced', 'door-server', 2000) }, '2s (ls)', {
        l: forcedLead,
        s: motion,
      });
    });

    it('is strengthened by motion that begins afterwards, and by no other camera', () => {
      expectFindings(
        'f 999ms o 999ms m',
        {
          f: event('door.forced', 'door-server', 0),
          o: event('video.motion', 'cam-lobby', 1000),
          m: event('video.motion', 'cam-server', 2000),
        },
        'l 1999ms s',
        { l: forcedLead, s: motion },
      );
    });

    it('is not strengthened by motion a minute later', () => {
      expectFindings('f 60s m', { f: event('door.forced', 'door-server', 0), m: event('video.motion', 'cam-server', 60_001) }, 'l', {
        l: forcedLead,
      });
    });

    it('returns to normal without being resolved', () => {
      expectFindings(
        'f 999ms r',
        { f: event('door.forced', 'door-server', 0), r: event('door.forced', 'door-server', 1000, 'restored') },
        'l 999ms r',
        { l: forcedLead, r: 'restore door-forced@door-server by door-forced normal' },
      );
    });

    it('is no new alarm when it was read on connecting', () => {
      expectFindings('f', { f: event('door.forced', 'door-server', 0, 'raised', { initial: true }) }, '-');
    });
  });

  describe('door forced, inferred', () => {
    const open = (at: number) => event('door.open', 'door-server', at);
    const shut = (at: number) => event('door.open', 'door-server', at, 'restored');
    const ended = {
      x: 'restore door-forced@door-server by door-forced-inferred normal',
      y: 'restore door-held@door-server by door-held resolves',
      z: 'restore door-held@door-server by door-held-by-time resolves',
      w: 'restore door-opened-while-armed@door-server by door-opened-while-armed normal',
    };

    it('opens the incident that a controller would have opened, half a second after the door', () => {
      expectFindings('1s o 4999ms c', { o: open(1000), c: shut(6000) }, '1500ms l 4499ms (xyzw)', { l: inferredLead, ...ended });
    });

    it('finds nothing when somebody badges, the lock opens and then the door', () => {
      const events = {
        b: event('access.granted', 'reader-server', 0, 'momentary', { details: { credential: '4711' } }),
        u: event('door.unlocked', 'door-server', 200),
        o: open(1500),
        l: event('door.unlocked', 'door-server', 5000, 'restored'),
        c: shut(6000),
      };
      expectFindings('b 199ms u 1299ms o 3499ms l 999ms c', events, '6s (xyzw)', ended);
    });

    it('finds nothing when somebody inside asked to leave', () => {
      const events = { e: event('door.exit-request', 'door-server', 0, 'momentary'), o: open(3000), c: shut(4000) };
      expectFindings('e 2999ms o 999ms c', events, '4s (xyzw)', ended);
    });

    it('finds nothing while the door stands unlocked, however long ago that began', () => {
      const events = { u: event('door.unlocked', 'door-server', 0), o: open(3_600_000), c: shut(3_601_000) };
      expectFindings('u 3599999ms o 999ms c', events, '3601s (xyzw)', ended);
    });

    it('finds nothing when the door was unlocked already before the gateway connected', () => {
      const events = { u: event('door.unlocked', 'door-server', 0, 'raised', { initial: true }), o: open(60_000), c: shut(61_000) };
      expectFindings('u 59999ms o 999ms c', events, '61s (xyzw)', ended);
    });

    it('finds nothing when the lock engages just before the door opens', () => {
      const events = {
        u: event('door.unlocked', 'door-server', 0),
        l: event('door.unlocked', 'door-server', 60_000, 'restored'),
        o: open(61_000),
        c: shut(62_000),
      };
      expectFindings('u 59999ms l 999ms o 999ms c', events, '62s (xyzw)', ended);
    });

    it('is forced when the door was locked again long before', () => {
      const events = {
        u: event('door.unlocked', 'door-server', 0),
        l: event('door.unlocked', 'door-server', 20_000, 'restored'),
        o: open(61_000),
        c: shut(62_000),
      };
      expectFindings('u 19999ms l 40999ms o 999ms c', events, '61500ms l 499ms (xyzw)', { l: inferredLead, ...ended });
    });

    it('is forced when the badge was refused, or was shown at another door', () => {
      const events = {
        d: event('access.denied', 'reader-server', 0, 'momentary', { details: { credential: '4712' } }),
        b: event('access.granted', 'reader-main', 500, 'momentary'),
        o: open(1000),
        c: shut(2000),
      };
      expectFindings('d 499ms b 499ms o 999ms c', events, '1500ms (ls) 496ms (xyzw)', {
        l: inferredLead,
        s: 'support door-forced@door-server by denied-before-forced -0',
        ...ended,
      });
    });

    it('waits for a badge whose message overtakes nobody but was sent before', () => {
      const events = { o: open(1000), b: event('access.granted', 'reader-server', 700, 'momentary'), c: shut(3000) };
      expectFindings('1s o 399ms b 1599ms c', events, '3s (xyzw)', ended);
    });

    it('is taken back when the badge is told a second late', () => {
      const events = { o: open(1000), b: event('access.granted', 'reader-server', 700, 'momentary'), c: shut(3000) };
      expectFindings('1s o 999ms b 999ms c', events, '1500ms l 499ms t 999ms (xyzw)', {
        l: inferredLead,
        t: 'restore door-forced@door-server by door-forced-inferred resolves',
        ...ended,
      });
    });

    it('is not taken back by a badge that was shown after the door had opened', () => {
      const events = { o: open(1000), b: event('access.granted', 'reader-server', 2000, 'momentary'), c: shut(3000) };
      expectFindings('1s o 999ms b 999ms c', events, '1500ms l 1499ms (xyzw)', { l: inferredLead, ...ended });
    });

    it('is not concluded from a door that opened while the controller could not be reached', () => {
      const events = { o: event('door.open', 'door-server', 0, 'raised', { details: { changedWhileOffline: true } }), c: shut(3000) };
      expectFindings('o 2999ms c', events, '3s (xyzw)', ended);
    });
  });

  describe('door held open', () => {
    const badge = event('access.granted', 'reader-server', 0, 'momentary');

    it('is found by the time that the site file allows, and resolved when the door is shut', () => {
      const events = { b: badge, o: event('door.open', 'door-server', 1000), c: event('door.open', 'door-server', 30_000, 'restored') };
      expectFindings('b 999ms o 28999ms c', events, '21500ms l 8499ms (xyzw)', {
        l: 'lead door-held@door-server by door-held-by-time P3',
        x: 'restore door-forced@door-server by door-forced-inferred normal',
        y: 'restore door-held@door-server by door-held resolves',
        z: 'restore door-held@door-server by door-held-by-time resolves',
        w: 'restore door-opened-while-armed@door-server by door-opened-while-armed normal',
      });
    });

    it('is taken from the controller at once, and resolved by its restore', () => {
      const events = { h: event('door.held', 'door-server', 1000), r: event('door.held', 'door-server', 9000, 'restored') };
      expectFindings('1s h 7999ms r', events, '1s l 7999ms r', {
        l: 'lead door-held@door-server by door-held P3',
        r: 'restore door-held@door-server by door-held resolves',
      });
    });
  });

  describe('intrusion', () => {
    it('is strengthened by a second zone of the same area and not by one elsewhere', () => {
      const events = {
        a: event('intrusion.alarm', 'zone-1', 0),
        c: event('intrusion.alarm', 'zone-3', 1000),
        b: event('intrusion.alarm', 'zone-2', 2000),
      };
      expectFindings('a 999ms c 999ms b', events, 'a 999ms c 999ms (bst)', {
        a: 'lead intrusion@zone-1 by intrusion P2',
        c: 'lead intrusion@zone-3 by intrusion P2',
        b: 'lead intrusion@zone-2 by intrusion P2',
        s: 'support intrusion@zone-2 by second-zone -1',
        t: 'support intrusion@zone-1 by second-zone -1',
      });
    });

    it('is not strengthened by the same zone once more', () => {
      const again = { id: 'again' };
      expectFindings(
        'a 999ms b',
        { a: event('intrusion.alarm', 'zone-1', 0), b: event('intrusion.alarm', 'zone-1', 1000, 'raised', again) },
        'a 999ms a',
        { a: 'lead intrusion@zone-1 by intrusion P2' },
      );
    });

    it('is strengthened by motion and by a camera that goes blind', () => {
      const events = {
        v: event('video.lost', 'cam-server', 0),
        a: event('intrusion.alarm', 'zone-1', 2000),
        m: event('video.motion', 'cam-server', 3000),
      };
      expectFindings('v 1999ms a 999ms m', events, '2s (as) 996ms m 7499ms v', {
        v: 'lead camera-lost@cam-server by camera-lost P4',
        a: 'lead intrusion@zone-1 by intrusion P2',
        s: 'support intrusion@zone-1 by camera-blinded-nearby -1',
        m: 'support intrusion@zone-1 by motion-nearby -1',
      });
    });
  });

  const simple: { kind: EventKind; point: string; incident: string; rule: string; priority: number; resolves: boolean; lasts?: true }[] = [
    { kind: 'panic.alarm', point: 'zone-1', incident: 'panic', rule: 'panic', priority: 1, resolves: false },
    { kind: 'duress.alarm', point: 'reader-server', incident: 'duress', rule: 'duress', priority: 1, resolves: false },
    { kind: 'holdup.alarm', point: 'zone-1', incident: 'holdup', rule: 'holdup', priority: 1, resolves: false },
    { kind: 'fire.alarm', point: 'zone-1', incident: 'fire', rule: 'fire', priority: 1, resolves: false },
    { kind: 'medical.alarm', point: 'zone-1', incident: 'medical', rule: 'medical', priority: 1, resolves: false },
    { kind: 'tamper', point: 'zone-1', incident: 'tamper', rule: 'tamper', priority: 2, resolves: false },
    { kind: 'door.tamper', point: 'door-server', incident: 'tamper', rule: 'tamper', priority: 2, resolves: false },
    { kind: 'technical.alarm', point: 'zone-1', incident: 'technical', rule: 'technical', priority: 3, resolves: false },
    { kind: 'video.tamper', point: 'cam-server', incident: 'camera-tamper', rule: 'camera-tamper', priority: 3, resolves: false },
    { kind: 'video.lost', point: 'cam-server', incident: 'camera-lost', rule: 'camera-lost', priority: 4, resolves: true, lasts: true },
    { kind: 'device.offline', point: 'ctl-main', incident: 'device-offline', rule: 'device-offline', priority: 4, resolves: true, lasts: true },
    { kind: 'device.offline', point: 'panel-main', incident: 'panel-supervision-lost', rule: 'panel-supervision-lost', priority: 3, resolves: true },
  ];
  for (const { kind, point, incident, rule, priority, resolves, lasts } of simple) {
    const raised = event(kind, point, 0);
    const key = `${incident}@${raised.place.door ?? point}`;

    it(`${kind} at ${point} opens ${incident} with priority ${priority}, and its end ${resolves ? 'resolves it' : 'leaves it to a dispatcher'}`, () => {
      const opened = lasts === true ? '10500ms a 19499ms r' : 'a 29999ms r';
      expectFindings('a 29999ms r', { a: raised, r: event(kind, point, 30_000, 'restored') }, opened, {
        a: `lead ${key} by ${rule} P${priority}`,
        r: `restore ${key} by ${rule} ${resolves ? 'resolves' : 'normal'}`,
      });
    });

    it(`${kind} at ${point} that is read on connecting opens nothing, and one that becomes uncertain ends nothing`, () => {
      const events = { i: event(kind, point, 0, 'raised', { initial: true }), u: event(kind, point, 1000, 'uncertain') };
      expectFindings('i 999ms u', events, '-');
    });
  }

  it('find nothing in what is informational', () => {
    const events = {
      d: event('access.denied', 'reader-server', 0, 'momentary'),
      m: event('video.motion', 'cam-server', 1),
      g: event('access.granted', 'reader-server', 2, 'momentary'),
      p: event('panel.armed', 'panel-main', 3),
    };
    expectFindings('dmgp', events, '-');
  });
});

import assert from 'node:assert/strict';
import { Subject } from 'rxjs';
import { correlate } from '../../src/correlation/engine.ts';
import { readRules } from '../../src/correlation/read-rules.ts';
import { siteFacts } from '../../src/correlation/site-facts.ts';
import type { LocatedEvent } from '../../src/domain/event.ts';
import type { Finding } from '../../src/domain/incident.ts';
import type { Site } from '../../src/domain/site.ts';
import type { CorrelationContext } from '../../src/correlation/context.ts';
import { arriving, event, findingsOf, inVirtualTime } from './lab.ts';
import { shipped } from './shipped-rules.ts';

/** Everything that the shipped rules find, with the events' times as the order of arrival. */
function findings(context: CorrelationContext, ...events: readonly LocatedEvent[]): Finding[] {
  const events$ = new Subject<LocatedEvent>();
  const found: Finding[] = [];
  findingsOf(correlate(events$, shipped.rules, context)).subscribe((finding) => found.push(finding));
  for (const each of events) events$.next(each);
  return found;
}

describe('the correlation engine', () => {
  it('gives names and sentences to what it finds', () => {
    inVirtualTime((_, context) => {
      const [lead, motion] = findings(context, event('door.forced', 'door-server', 0), event('video.motion', 'cam-server', 3000));
      assert.ok(lead?.type === 'lead' && motion?.type === 'support');
      assert.equal(lead.title, 'Server room door forced open');
      assert.equal(lead.reason, 'Server room door reports that it was forced open');
      assert.equal(motion.reason, 'Server room camera sees motion 3 s after');
    });
  });

  it('names a finding after its rule and events, so that it is known when it is made again', () => {
    const ids = () => {
      let made: string[] = [];
      inVirtualTime((_, context) => {
        const events = [
          event('video.motion', 'cam-server', 0),
          event('door.forced', 'door-server', 1),
          event('door.forced', 'door-server', 2, 'restored'),
        ];
        made = findings(context, ...events).map(({ id }) => id);
      });
      return made;
    };
    assert.deepEqual(ids(), [
      'door-forced:door.forced/raised@1',
      'motion-nearby:door-forced@door-server:video.motion/raised@0',
      'door-forced:door.forced/restored@2',
    ]);
    assert.deepEqual(ids(), ids());
  });

  it('tells a critical event before it returns from taking it', () => {
    inVirtualTime((_, context) => {
      assert.deepEqual(
        findings(context, event('panic.alarm', 'zone-1', 0)).map(({ rule }) => rule),
        ['panic'],
      );
    });
  });

  it('says when and what when it takes a conclusion back', () => {
    inVirtualTime(({ hot, flush }, context) => {
      const found: Finding[] = [];
      const events = { o: event('door.open', 'door-server', 1000), b: event('access.granted', 'reader-server', 0, 'momentary') };
      findingsOf(correlate(arriving(hot('1s o 999ms b', events), context), shipped.rules, context)).subscribe((finding) => found.push(finding));
      flush();
      const takenBack = found[1];
      assert.deepEqual([takenBack?.type, takenBack?.event.id, takenBack?.at], ['restore', events.o.id, 2000]);
      assert.equal(takenBack?.reason, 'Taken back: Server room reader granted access 1 s before, which was told late');
    });
  });

  it('keeps nothing from one subscription to the next', () => {
    inVirtualTime((_, context) => {
      const events$ = new Subject<LocatedEvent>();
      const found$ = findingsOf(correlate(events$, shipped.rules, context));
      found$.subscribe();
      events$.next(event('door.forced', 'door-server', 0));
      const found: Finding[] = [];
      found$.subscribe((finding) => found.push(finding));
      events$.next(event('video.motion', 'cam-server', 1));
      assert.deepEqual(found, []);
    });
  });

  it('hands an event to no rule that does not look at its kind', () => {
    const { rules } = readRules([
      {
        file: 'a',
        document: { rules: [{ id: 'a', title: 't', when: { event: 'fire.alarm' }, opens: { incident: 'a', priority: 1, reason: 'r' } }] },
      },
    ]);
    inVirtualTime((_, { scheduler, site }) => {
      const events$ = new Subject<LocatedEvent>();
      const found: Finding[] = [];
      findingsOf(correlate(events$, rules, { scheduler, site })).subscribe((finding) => found.push(finding));
      events$.next(event('panic.alarm', 'zone-1', 0));
      events$.next(event('fire.alarm', 'zone-1', 1));
      assert.equal(found.length, 1);
    });
  });
});

describe('the facts of a site', () => {
  const device = { device: 'ctl', at: {} };
  const site: Site = {
    id: 'lab',
    name: 'Lab',
    areas: [{ id: 'yard', name: 'Delivery yard' }],
    devices: [{ id: 'ctl', name: 'Controller', adapter: 'modbus-door', options: {} }],
    doors: [{ id: 'door', type: 'door', name: 'Gate', heldAfterSeconds: 30, commands: [], ...device }],
    readers: [],
    cameras: [],
    panels: [{ id: 'panel', type: 'panel', name: 'Panel', ...device }],
    zones: [],
  };

  it('are the names, types and limits of its points, devices and areas', () => {
    const facts = siteFacts(site);
    assert.deepEqual(['yard', 'ctl', 'door', 'gone'].map(facts.name), ['Delivery yard', 'Controller', 'Gate', 'gone']);
    assert.deepEqual(['ctl', 'door', 'panel', 'gone'].map(facts.typeOf), ['device', 'door', 'panel', undefined]);
    assert.deepEqual(['door', 'panel'].map(facts.heldAfterSeconds), [30, undefined]);
  });
});

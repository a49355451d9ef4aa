import assert from 'node:assert/strict';
import { defaultAlarmPolicy } from '../../src/domain/alarm-policy.ts';
import type { BookInput } from '../../src/incidents/actions.ts';
import { apply, bookFrom, incidentsOf } from '../../src/incidents/book.ts';
import type { Book, BookSettings } from '../../src/incidents/book.ts';
import { acknowledge, action, close, finding, held, lead, measure, NOON, reopen, restore, support, tick } from './lab.ts';

const heldMain = { of: 'kind', point: 'door-main', kind: 'door-held' } as const;
const shelve = measure('shelved', heldMain, 1, 601);

function run(inputs: readonly BookInput[], book: Book = bookFrom([])) {
  let last = { book, changed: [] } as ReturnType<typeof apply>;
  for (const input of inputs) last = apply(last.book, input);
  return { ...last, incidents: incidentsOf(last.book), first: incidentsOf(last.book)[0]! };
}

describe('shelving', () => {
  it('takes an open incident out of the queue, with who, why and until when', () => {
    const { first } = run([finding(held(0)), shelve]);
    assert.deepEqual(first.suppressed, { type: 'shelved', measure: 'm1', until: NOON + 601_000, because: 'known' });
    assert.deepEqual([first.log.at(-1)?.by, first.log.at(-1)?.what, first.log.at(-1)?.note], ['ann', 'shelved for 10 min', 'known']);
  });

  it('keeps what is raised meanwhile, out of the queue', () => {
    const { incidents, first } = run([shelve, finding(held(30))]);
    assert.equal(incidents.length, 1);
    assert.equal(first.suppressed?.measure, 'm1');
  });

  it('leaves other kinds and other points alone', () => {
    const { incidents } = run([shelve, finding(held(30, { point: 'door-gate' })), finding(held(30, { key: 'door-jammed@door-main' }))]);
    assert.deepEqual(
      incidents.map(({ suppressed }) => suppressed),
      [undefined, undefined],
    );
  });

  it('ends by itself as new attention, and can be ended earlier', () => {
    for (const at of [601, 100]) {
      const end: BookInput = at === 601 ? tick(at) : { type: 'end-measure', measure: 'm1', by: 'ben', at: NOON + at * 1000 };
      const { first, book, measures } = run([finding(held(0)), shelve, end]);
      assert.deepEqual([first.suppressed, first.state, first.renewed], [undefined, 'new', 'unshelved']);
      assert.equal(book.measures.size, 0);
      assert.equal(measures?.[0]?.endedAt, NOON + at * 1000);
    }
    assert.ok(run([finding(held(0)), shelve, tick(600)]).first.suppressed);
  });

  it('works for one incident alone', () => {
    const { first } = run([finding(held(0)), measure('shelved', { of: 'incident', incident: '2026-000001' }, 1, 61)]);
    assert.equal(first.suppressed?.type, 'shelved');
  });

  it('is refused for what is critical, without an end in time, and for too long', () => {
    const refusal = (input: BookInput) => run([finding(lead(0)), input]).refused?.message;
    assert.match(refusal(measure('shelved', { of: 'incident', incident: '2026-000001' }, 1, 61)) ?? '', /critical/);
    assert.match(refusal(measure('shelved', { of: 'kind', point: 'door-server', kind: 'door-forced' }, 1, 61)) ?? '', /critical/);
    assert.match(refusal(measure('shelved', heldMain, 1, 1)) ?? '', /future/);
    assert.match(refusal(measure('shelved', heldMain, 1, 50_000)) ?? '', /12 h/);
  });

  it('ends at once for an incident that becomes critical', () => {
    const target = { key: 'door-held@door-main' };
    const { first } = run([finding(held(0)), shelve, finding(support(5, 2, target))]);
    assert.deepEqual([first.priority, first.suppressed], [1, undefined]);
    assert.equal(first.log.at(-1)?.note, 'what is critical is never hidden');
  });

  it('does not hide an incident that is reopened after it has ended', () => {
    const inputs = [finding(held(0)), shelve, action(acknowledge, 2), action(close, 3, 'ann', '2026-000001', 9), tick(601), action(reopen, 700)];
    assert.equal(run(inputs).first.suppressed, undefined);
  });

  it('survives a restart, and still ends', () => {
    const { book } = run([finding(held(0)), shelve]);
    const again = bookFrom(incidentsOf(book), { measures: [...book.measures.values()], lastMeasure: book.lastMeasure });
    assert.deepEqual(incidentsOf(again), incidentsOf(book));
    assert.equal(run([tick(601)], again).first.suppressed, undefined);
    assert.deepEqual([...run([measure('shelved', heldMain, 5, 50)], again).book.measures.keys()], ['m1', 'm2']);
  });
});

describe('a point out of service', () => {
  const out = measure('out-of-service', { of: 'point', point: 'door-main' }, 0, 86_400);

  it('raises nothing in the queue until its review, but what is critical', () => {
    const { incidents } = run([out, finding(held(10)), finding(lead(20, { point: 'door-main' }))]);
    assert.deepEqual(
      incidents.map(({ kind, suppressed }) => [kind, suppressed?.type]),
      [
        ['door-held', 'out-of-service'],
        ['door-forced', undefined],
      ],
    );
    assert.equal(run([out, finding(held(10)), tick(86_400)]).first.suppressed, undefined);
  });
});

describe('suppression by design', () => {
  const site: BookSettings['site'] = {
    areas: [],
    alarms: { ...defaultAlarmPolicy, suppressed: [{ point: 'door-main', kind: 'door-held', reason: 'the baker’s delivery' }] },
  };

  it('keeps what the site file says out of the queue, and says so', () => {
    const { first } = run([finding(held(0))], bookFrom([], { site }));
    assert.deepEqual(first.suppressed, { type: 'by-design', because: 'the baker’s delivery' });
  });

  it('ends when the site file says it no more', () => {
    const { incidents } = run([finding(held(0))], bookFrom([], { site }));
    assert.equal(incidentsOf(bookFrom(incidents))[0]?.suppressed, undefined);
    assert.ok(incidentsOf(bookFrom(incidents, { site }))[0]?.suppressed);
  });
});

describe('a point on test', () => {
  const panel = (id: string) => ({ id, type: 'panel', name: id, device: 'receiver', at: {} }) as const;
  const zone = (id: string, of: string) => ({ ...panel(id), type: 'zone', panel: of }) as const;
  const site: BookSettings['site'] = { areas: [], zones: [zone('zone-a', 'panel-a'), zone('zone-b', 'panel-b')] };
  const panic = (at: number, point: string) => {
    const found = lead(at, { rule: 'panic', key: `panic@${point}`, point, priority: 1 });
    return finding({ ...found, event: { ...found.event, kind: 'panic.alarm', device: 'receiver', place: { areas: [], cameras: [] } } });
  };

  it('makes tests of a panel and its zones, and leaves the other panels of the same receiver real', () => {
    const test = measure('on-test', { of: 'point', point: 'panel-a' }, 0, 3600);
    const { incidents } = run([test, panic(1, 'zone-a'), panic(2, 'panel-a'), panic(3, 'zone-b'), panic(4, 'panel-b')], bookFrom([], { site }));
    assert.deepEqual(
      incidents.map(({ point, test: isTest, priority }) => [point, isTest, priority]),
      [
        ['zone-a', true, 5],
        ['panel-a', true, 5],
        ['zone-b', undefined, 1],
        ['panel-b', undefined, 1],
      ],
    );
  });

  it('makes tests of a door and its readers, and leaves the other doors of the same controller real', () => {
    const test = measure('on-test', { of: 'point', point: 'door-main' }, 0, 3600);
    const tests = [test, finding(held(1)), finding(lead(2, { point: 'reader-main' })), finding(lead(3))];
    assert.deepEqual(
      run(tests).incidents.map(({ point, test: isTest }) => [point, isTest]),
      [
        ['door-main', true],
        ['reader-main', true],
        ['door-server', undefined],
      ],
    );
  });
});

describe('a device on test', () => {
  const device = lead(0).event.device;
  const test = measure('on-test', { of: 'device', device }, 0, 3600);

  it('opens tests of low priority, and is real again by itself', () => {
    const { incidents } = run([test, finding(lead(10)), finding(support(11, 1)), tick(3600), finding(lead(3700))]);
    assert.deepEqual(
      incidents.map(({ test, priority }) => [test, priority]),
      [
        [true, 5],
        [undefined, 2],
      ],
    );
  });

  it('never mixes tests with what is real', () => {
    const { incidents } = run([
      finding(lead(-5)),
      test,
      finding(lead(10)),
      action({ action: 'merge', into: '2026-000001' }, 11, 'ann', '2026-000002'),
    ]);
    assert.deepEqual(
      incidents.map(({ test, evidence }) => [test, evidence.length]),
      [
        [undefined, 1],
        [true, 1],
      ],
    );
  });

  it('is not told twice when the journal is read again after the test', () => {
    const { book } = run([test, finding(lead(10)), tick(3600)]);
    assert.deepEqual(apply(book, finding(lead(10))).changed, []);
  });

  it('ends with what ended it', () => {
    assert.equal(run([test, finding(lead(10)), finding(restore(20, false))]).first.condition, 'normal');
  });

  it('can be a whole site', () => {
    assert.equal(run([measure('on-test', { of: 'site' }, 0, 60), finding(lead(10))]).first.test, true);
  });
});

describe('a chattering point', () => {
  const raises = (count: number, everySeconds: number, make = held) =>
    Array.from({ length: count }, (_, index) => finding(make(index * everySeconds)));

  it('is shelved by itself for a while when it is raised 5 times in 60 s', () => {
    assert.equal(run(raises(4, 10)).first.suppressed, undefined);
    const { first, book } = run(raises(5, 10));
    assert.equal(first.suppressed?.until, NOON + 640_000);
    assert.match([...book.measures.values()][0]?.reason ?? '', /raised 5 times in 60 s/);
    assert.equal(run([...raises(5, 10), tick(640)]).first.suppressed, undefined);
  });

  it('is not one that is raised slowly, nor one that is critical', () => {
    assert.equal(run(raises(8, 20)).first.suppressed, undefined);
    assert.equal(run(raises(20, 2, (at) => lead(at))).book.measures.size, 0);
  });
});

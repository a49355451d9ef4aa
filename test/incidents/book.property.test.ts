import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { isCritical } from '../../src/domain/critical.ts';
import type { Finding } from '../../src/domain/incident.ts';
import type { MeasureTarget, MeasureType } from '../../src/domain/measure.ts';
import type { BookInput, JoiningStep, OperatorStep } from '../../src/incidents/actions.ts';
import type { Book } from '../../src/incidents/book.ts';
import { apply, bookFrom, incidentsOf } from '../../src/incidents/book.ts';
import { incidentId } from '../../src/incidents/incident-id.ts';
import {
  accept,
  acknowledge,
  action,
  close,
  finding,
  handOver,
  held,
  hold,
  lead,
  measure,
  NOON,
  reopen,
  resolve,
  restore,
  start,
  support,
  takeOver,
  tick,
} from './lab.ts';

const seconds = fc.integer({ min: 0, max: 60 });
const point = fc.constantFrom('door-server', 'door-main');
const rule = fc.constantFrom('door-forced', 'door-forced-inferred');

const aFinding: fc.Arbitrary<Finding> = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(seconds, rule, point).map(([at, rule, point]) => lead(at, { rule, point })) },
  { weight: 2, arbitrary: fc.tuple(seconds, point).map(([at, point]) => held(at, { point })) },
  fc.tuple(seconds, rule, point, fc.boolean()).map(([at, rule, point, resolves]) => restore(at, resolves, { rule, point })),
  fc.tuple(seconds, point, fc.integer({ min: 0, max: 4 })).map(([at, point, steps]) => support(at, steps, { key: `door-forced@${point}` })),
);

const incident = fc.integer({ min: 1, max: 6 }).map((number) => `2026-00000${number}`);

const aStep: fc.Arbitrary<OperatorStep | JoiningStep> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom<OperatorStep>(acknowledge, start, resolve, close, reopen, takeOver, accept, handOver('ben'), {
      action: 'note',
      note: 'seen',
    }),
  },
  fc.constantFrom(hold(30), hold(90)),
  incident.map((into) => ({ action: 'merge' as const, into })),
  fc.uniqueArray(fc.tuple(seconds, point), { maxLength: 30 }).map((chosen) => ({
    action: 'split' as const,
    events: chosen.map(([at, point]) => lead(at, { point }).event.id),
    note: 'another matter',
  })),
);

const anAction: fc.Arbitrary<BookInput> = fc
  .tuple(aStep, seconds, fc.constantFrom('ann', 'ben'), incident, fc.integer({ min: 1, max: 20 }))
  .map(([step, at, by, id, revision]) => action(step, at, by, id, revision));

const target: fc.Arbitrary<[MeasureType, MeasureTarget]> = fc.oneof(
  point.map((point): [MeasureType, MeasureTarget] => ['shelved', { of: 'kind', point, kind: 'door-held' }]),
  point.map((point): [MeasureType, MeasureTarget] => ['shelved', { of: 'kind', point, kind: 'door-forced' }]),
  incident.map((id): [MeasureType, MeasureTarget] => ['shelved', { of: 'incident', incident: id }]),
  point.map((point): [MeasureType, MeasureTarget] => ['out-of-service', { of: 'point', point }]),
  fc.constant<[MeasureType, MeasureTarget]>(['on-test', { of: 'site' }]),
);
const aMeasure: fc.Arbitrary<BookInput> = fc.oneof(
  fc.tuple(target, seconds, seconds).map(([[type, about], at, until]) => measure(type, about, at, until)),
  fc
    .tuple(fc.integer({ min: 1, max: 4 }), seconds)
    .map(([number, at]): BookInput => ({ type: 'end-measure', measure: `m${number}`, by: 'ben', at: NOON + at * 1000 })),
);

const anInput: fc.Arbitrary<BookInput> = fc.oneof(
  { weight: 4, arbitrary: aFinding.map(finding) },
  { weight: 2, arbitrary: anAction },
  aMeasure,
  seconds.map(tick),
);
const inputs = fc.array(anInput, { maxLength: 60 });

function applyAll(book: Book, sequence: readonly BookInput[]): Book {
  return sequence.reduce((before, input) => apply(before, input).book, book);
}

describe('whatever findings and actions come in whatever order, the incident book', () => {
  it('loses no lead, and counts none twice', () => {
    fc.assert(
      fc.property(inputs, (sequence) => {
        const book = applyAll(bookFrom([]), sequence);
        const told = new Set(
          sequence.flatMap((input) =>
            input.type === 'finding' && input.finding.type === 'lead' ? [`${input.finding.incidentKey} ${input.finding.id}`] : [],
          ),
        );
        const kept = incidentsOf(book).flatMap(({ key, evidence }) =>
          evidence
            .filter(({ role }) => role === 'lead' || role === 'repeat')
            .map((each) => `${(each.key ?? key).replace(/^test:/, '')} ${each.rule}:${each.event}`),
        );
        assert.deepEqual(kept.sort(), [...told].sort());
      }),
    );
  });

  it('raises the revision of what changed, and changes nothing without saying so', () => {
    fc.assert(
      fc.property(inputs, (sequence) => {
        let book = bookFrom([]);
        for (const input of sequence) {
          const { book: next, changed, refused } = apply(book, input);
          assert.ok(refused === undefined || changed.length === 0);
          const revisions = new Map(incidentsOf(book).map(({ id, revision }) => [id, revision]));
          for (const { id, revision } of changed) {
            assert.equal(revision, (revisions.get(id) ?? 0) + 1);
            revisions.set(id, revision);
          }
          assert.deepEqual(
            incidentsOf(next).map(({ id, revision }) => [id, revision]),
            [...revisions].sort(),
          );
          if (changed.length === 0) assert.equal(next.incidents, book.incidents);
          book = next;
        }
      }),
    );
  });

  it('changes nothing when a finding is applied once more', () => {
    fc.assert(
      fc.property(inputs, aFinding, (sequence, found) => {
        const { book } = apply(applyAll(bookFrom([]), sequence), finding(found));
        assert.deepEqual(apply(book, finding(found)), { book, changed: [] });
      }),
    );
  });

  it('opens nothing when every lead is told again from the journal', () => {
    fc.assert(
      fc.property(inputs, (sequence) => {
        const book = applyAll(bookFrom([]), sequence);
        const leads = sequence.filter((input) => input.type === 'finding' && input.finding.type === 'lead');
        assert.equal(applyAll(book, leads).incidents, book.incidents);
      }),
    );
  });

  it('goes on after a restart as if there had been none', () => {
    fc.assert(
      fc.property(inputs, inputs, (before, after) => {
        const book = applyAll(bookFrom([]), before);
        const stored = JSON.parse(JSON.stringify(incidentsOf(book))) as Parameters<typeof bookFrom>[0];
        const restarted = applyAll(
          bookFrom(stored, { lastId: incidentId(book.last), measures: [...book.measures.values()], lastMeasure: book.lastMeasure }),
          after,
        );
        const uninterrupted = applyAll(book, after);
        assert.deepEqual(incidentsOf(restarted), incidentsOf(uninterrupted));
        assert.deepEqual([...restarted.measures.values()], [...uninterrupted.measures.values()]);
      }),
    );
  });

  it('has one open incident of each key at most, and a priority that only rises', () => {
    fc.assert(
      fc.property(inputs, (sequence) => {
        const incidents = incidentsOf(applyAll(bookFrom([]), sequence));
        const open = incidents.filter(({ state }) => state !== 'closed').map(({ key }) => key);
        assert.equal(new Set(open).size, open.length);
        for (const { priority, priorityBecause } of incidents) {
          const steps = priorityBecause.map((step) => step.priority);
          assert.deepEqual(
            steps,
            [...new Set(steps)].sort((a, b) => b - a),
          );
          assert.equal(steps.at(-1), priority);
        }
      }),
    );
  });

  it('never hides what is critical, and hides nothing without an end', () => {
    fc.assert(
      fc.property(inputs, (sequence) => {
        let book = bookFrom([]);
        for (const input of sequence) {
          book = apply(book, input).book;
          for (const incident of incidentsOf(book)) {
            if (incident.suppressed === undefined || incident.state === 'closed') continue;
            assert.equal(isCritical(incident), false);
            assert.ok(book.measures.has(incident.suppressed.measure ?? ''));
          }
        }
        const later = apply(book, tick(86_400)).book;
        assert.ok(incidentsOf(later).every(({ suppressed, state }) => suppressed === undefined || state === 'closed'));
        assert.ok(incidentsOf(later).every(({ state }) => state !== 'on-hold'));
      }),
    );
  });
});

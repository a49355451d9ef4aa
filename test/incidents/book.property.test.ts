import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import type { Finding } from '../../src/domain/incident.ts';
import type { BookInput, OperatorStep } from '../../src/incidents/actions.ts';
import type { Book } from '../../src/incidents/book.ts';
import { apply, bookFrom, incidentsOf } from '../../src/incidents/book.ts';
import { incidentId } from '../../src/incidents/incident-id.ts';
import { acknowledge, action, close, finding, lead, resolve, restore, start, support } from './lab.ts';

const seconds = fc.integer({ min: 0, max: 60 });
const point = fc.constantFrom('door-server', 'door-main');
const rule = fc.constantFrom('door-forced', 'door-forced-inferred');

const aFinding: fc.Arbitrary<Finding> = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(seconds, rule, point).map(([at, rule, point]) => lead(at, { rule, point })) },
  fc.tuple(seconds, rule, point, fc.boolean()).map(([at, rule, point, resolves]) => restore(at, resolves, { rule, point })),
  fc.tuple(seconds, point, fc.integer({ min: 0, max: 4 })).map(([at, point, steps]) => support(at, steps, { key: `door-forced@${point}` })),
);

const aStep = fc.constantFrom<OperatorStep>(acknowledge, start, resolve, close, { action: 'note', note: 'seen' });

const anAction: fc.Arbitrary<BookInput> = fc
  .tuple(aStep, seconds, fc.constantFrom('ann', 'ben'), fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 20 }))
  .map(([step, at, by, number, revision]) => action(step, at, by, `2026-00000${number}`, revision));

const anInput: fc.Arbitrary<BookInput> = fc.oneof(aFinding.map(finding), anAction);
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
          evidence.filter(({ role }) => role === 'lead' || role === 'repeat').map(({ rule, event }) => `${key} ${rule}:${event}`),
        );
        assert.deepEqual(kept.sort(), [...told].sort());
      }),
    );
  });

  it('raises the revision by one with each change, and changes one incident at a time', () => {
    fc.assert(
      fc.property(inputs, (sequence) => {
        let book = bookFrom([]);
        for (const input of sequence) {
          const { book: next, changed, refused } = apply(book, input);
          assert.ok(changed.length <= 1);
          assert.ok(refused === undefined || changed.length === 0);
          for (const { id, revision } of changed) assert.equal(revision, (book.incidents.get(id)?.revision ?? 0) + 1);
          if (changed.length === 0) assert.equal(next, book);
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
        assert.equal(applyAll(book, leads), book);
      }),
    );
  });

  it('goes on after a restart as if there had been none', () => {
    fc.assert(
      fc.property(inputs, inputs, (before, after) => {
        const book = applyAll(bookFrom([]), before);
        const stored = JSON.parse(JSON.stringify(incidentsOf(book))) as Parameters<typeof bookFrom>[0];
        const restarted = applyAll(bookFrom(stored, incidentId(book.last)), after);
        assert.deepEqual(incidentsOf(restarted), incidentsOf(applyAll(book, after)));
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
});

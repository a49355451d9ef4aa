import assert from 'node:assert/strict';
import type { Incident } from '../../src/domain/incident.ts';
import { answered, begun, openSteps, procedureFor, stepsOf, ticked } from '../../src/procedures/run.ts';
import type { AnswerInput, Run } from '../../src/procedures/run.ts';
import { procedureFileSchema } from '../../src/procedures/schema.ts';
import type { Procedure } from '../../src/procedures/schema.ts';
import { procedureView } from '../../src/procedures/view.ts';
import { lead, NOON, finding, run as book } from '../incidents/lab.ts';

const file = procedureFileSchema.parse({
  callLists: { guards: [1, 2].map((each) => ({ name: `Guard ${each}`, phone: `10${each}` })) },
  procedures: [
    { id: 'elsewhere', title: 'Elsewhere', for: { incidents: ['door-forced'], areas: ['yard'] }, steps: [{ id: 'x', text: 'x', do: true }] },
    {
      id: 'forced',
      title: 'Forced door',
      for: { incidents: ['door-forced'] },
      steps: [
        { id: 'there', text: 'Is somebody at {door}?', ask: ['yes', 'no'], mandatory: true, within: '30s' },
        { id: 'code', text: 'Ask for the code', when: "answers.there == 'yes'", verify: 'staff', mandatory: true },
        { id: 'guard', text: 'Send a guard', when: "answers.there == 'no' || answers.code == 'wrong'", call: 'guards', mandatory: true },
        { id: 'late', text: 'Only when urgent', when: 'incident.priority == 1.0', do: true },
      ],
    },
  ],
});
const procedures: Procedure[] = file.procedures.map((each) => ({ ...each, callLists: file.callLists }));
const procedure = procedures[1] as Procedure;
const incident: Incident = book(finding(lead(0))).incident;

function after(...inputs: readonly (Pick<AnswerInput, 'step'> & Record<string, unknown>)[]): Run {
  return inputs.reduce<Run>(
    (run, input) => {
      const result = answered(procedure, run, incident, { by: 'ann', at: NOON, ...input } as AnswerInput);
      assert('run' in result, 'refused' in result ? result.refused : '');
      return result.run;
    },
    begun(procedure, incident, NOON),
  );
}
const ids = (run: Run) => stepsOf(procedure, run, incident).map(({ id }) => id);
const open = (run: Run) => openSteps(procedure, run, incident).map(({ id }) => id);

describe('a procedure', () => {
  it('is the first that fits the kind and the place', () => {
    const chosen = (of: Incident) => procedureFor(procedures, new Map(), of)?.id;
    assert.equal(chosen(incident), 'forced');
    assert.equal(chosen({ ...incident, areas: ['yard', 'campus'] }), 'elsewhere');
    assert.equal(chosen({ ...incident, kind: 'fire' }), undefined);
  });

  it('is the one that the rule names which opened the incident, where it names one', () => {
    const rule = incident.evidence[0]?.rule ?? '';
    assert.equal(procedureFor(procedures, new Map([[rule, 'elsewhere']]), incident)?.id, 'elsewhere');
    assert.equal(procedureFor(procedures, new Map([['another', 'elsewhere']]), incident)?.id, 'forced');
  });

  it('shows a step only when the answers lead to it', () => {
    assert.deepEqual(ids(after()), ['there']);
    assert.deepEqual(ids(after({ step: 'there', answer: 'yes' })), ['there', 'code']);
    assert.deepEqual(ids(after({ step: 'there', answer: 'no' })), ['there', 'guard']);
  });

  it('forgets the branch of an answer that was corrected', () => {
    const corrected = after({ step: 'there', answer: 'yes' }, { step: 'code', code: 'wrong' }, { step: 'there', answer: 'no' });
    assert.deepEqual(ids(corrected), ['there', 'guard']);
  });

  it('looks at the incident as well', () => {
    const urgent = stepsOf(procedure, after(), { ...incident, priority: 1 }).map(({ id }) => id);
    assert.deepEqual(urgent, ['there', 'late']);
  });

  it('keeps mandatory steps open until they are answered', () => {
    assert.deepEqual(open(after()), ['there']);
    assert.deepEqual(open(after({ step: 'there', answer: 'no' })), ['guard']);
    assert.deepEqual(open(after({ step: 'there', answer: 'no' }, { step: 'guard', contact: 0, outcome: 'reached' })), []);
  });

  it('goes through a call list until somebody is reached or nobody is left', () => {
    const first = after({ step: 'there', answer: 'no' }, { step: 'guard', contact: 0, outcome: 'busy' });
    assert.equal(first.answers['guard'], undefined);
    const both = after(
      { step: 'there', answer: 'no' },
      { step: 'guard', contact: 0, outcome: 'busy' },
      { step: 'guard', contact: 1, outcome: 'no answer' },
    );
    assert.equal(both.answers['guard']?.answer, 'nobody');
  });

  it('refuses an answer that is none of the choices, and one to a step that is not there', () => {
    const refused = (input: object) => 'refused' in answered(procedure, after(), incident, { by: 'ann', at: NOON, ...input } as AnswerInput);
    assert(refused({ step: 'there', answer: 'maybe' }));
    assert(refused({ step: 'guard', contact: 0, outcome: 'reached' }));
    assert(refused({ step: 'there', code: 'verified' }));
    assert(!refused({ step: 'there', answer: 'yes' }));
  });

  it('takes no more pass-codes after three wrong ones', () => {
    const guessed = after({ step: 'there', answer: 'yes' }, ...[1, 2, 3].map(() => ({ step: 'code', code: 'wrong' })));
    assert('refused' in answered(procedure, guessed, incident, { step: 'code', code: 'verified', by: 'ann', at: NOON }));
  });

  it('says once that a step is late, from when it came up', () => {
    const start = begun(procedure, incident, NOON);
    assert.deepEqual(ticked(procedure, start, incident, NOON + 29_999).late, []);
    const late = ticked(procedure, start, incident, NOON + 30_000);
    assert.deepEqual(
      late.late.map(({ id }) => id),
      ['there'],
    );
    assert.deepEqual(ticked(procedure, late.run, incident, NOON + 60_000).late, []);
  });

  it('is the same after it was stored and read again', () => {
    const run = after({ step: 'there', answer: 'yes' });
    assert.deepEqual(JSON.parse(JSON.stringify(run)), run);
  });

  it('tells the dispatcher to answer a duress code as if it were the right one', () => {
    const view = procedureView(procedure, after({ step: 'there', answer: 'yes' }, { step: 'code', code: 'duress' }), incident, (id) => id);
    assert.match(view.steps[1]?.advice ?? '', /Thank you, that is right/);
    assert.equal(view.steps[0]?.text, 'Is somebody at door-server?');
  });
});

describe('a procedure file', () => {
  const problem = (step: object) =>
    procedureFileSchema.safeParse({ procedures: [{ id: 'p', title: 'P', for: { incidents: ['x'] }, steps: [{ id: 's', text: 's', ...step }] }] });

  it('is refused with a condition that means nothing, or that could take for ever', () => {
    assert(!problem({ do: true, when: 'answer.x == 1' }).success);
    assert(!problem({ do: true, when: "answers.x.matches('(a+)+')" }).success);
    assert(problem({ do: true, when: "answers.x == 'y'" }).success);
  });

  it('is refused with braces that mean nothing, and with a step that is two things', () => {
    assert(!problem({ do: true, text: 'Go to {dor}' }).success);
    assert(!problem({ do: true, verify: 'staff' }).success);
  });
});

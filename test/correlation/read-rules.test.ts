import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { readRules } from '../../src/correlation/read-rules.ts';
import { isLeadRule, ruleFileJsonSchema, ruleFileSchema } from '../../src/correlation/rule-schema.ts';
import { shippedDocuments } from './shipped-rules.ts';

const opens = { incident: 'door-held', priority: 3, reason: '{door} is held open' };
const held = { id: 'held', title: '{door} held open', when: { event: 'door.held' }, opens };
const motion = {
  id: 'motion',
  strengthens: ['door-held'],
  with: 'video.motion',
  by: 'covers',
  within: '60s',
  raisesPriorityBy: 1,
  reason: '{point} sees motion {when}',
};

const read = (...rules: unknown[]) => readRules([{ file: 'rules.yaml', document: { rules } }]);
const problem = (...rules: unknown[]) => read(...rules).problems.map(({ path, message }) => `${path.join('.')}: ${message}`);

describe('reading rules', () => {
  it('fills in what is left out', () => {
    const [rule] = read(held).rules;
    assert.ok(rule !== undefined && isLeadRule(rule));
    assert.deepEqual(rule.when, { pattern: 'any', any: [{ event: ['door.held'], phase: 'raised' }] });
    assert.deepEqual([rule.lateness, rule.resolves], [{ ms: 500 }, false]);
  });

  it('reads durations', () => {
    const [rule] = read({ ...held, when: { event: 'door.open' }, lasts: '2m' }).rules;
    assert.deepEqual(rule !== undefined && isLeadRule(rule) && rule.lasts, { ms: 120_000 });
  });

  const mistakes: [string, unknown[], string][] = [
    [
      'a duration without a unit',
      [{ ...motion, within: '60' }, held],
      'rules.0.within: "60" is not a duration: write a number and its unit without a space, such as "500ms", "10s", "2m" or "1h"',
    ],
    ['an unknown field', [{ ...held, wen: {} }], 'rules.0: Unrecognized key: "wen"'],
    [
      'an unknown placeholder',
      [{ ...held, title: '{dor} held open' }],
      'rules.0.title: {dor} means nothing; possible: {point} {door} {area} {device} {unit} {words} {credential} {seconds} {when} {lead}',
    ],
    [
      'an explanation without a time',
      [{ ...held, when: { event: 'door.open' }, unless: [{ event: 'access.granted', by: 'door' }] }],
      'rules.0.unless.0: write either `within: "10s"` (it happened lately), `after: "30s"` (it happens soon), or `stands: true` (its state still stands)',
    ],
    [
      'a critical event that is held back',
      [{ ...held, when: { event: 'fire.alarm' }, lasts: '5s' }],
      'rules.0.lasts: fire.alarm is critical and no rule may hold it back: remove `lasts`',
    ],
    [
      'a critical event that is masked',
      [{ ...held, when: { event: 'door.forced' }, unless: [{ event: 'access.granted', by: 'door', within: '5s' }] }],
      'rules.0.unless: door.forced is critical and no rule may hold it back: remove `unless`',
    ],
    ['resolving without an end', [{ ...held, resolves: true }], 'rules.0.resolves: say by `restoredBy` which event ends it, or remove `resolves`'],
    ['two rules of the same name', [held, held], 'rules.1.id: the rule "held" exists already in rules.yaml: choose another id'],
    [
      'rules that disagree',
      [held, { ...held, id: 'other', restoredBy: { event: 'door.open' }, resolves: true }],
      'rules.1.resolves: the rule "held" opens "door-held" as well and says resolves: false; let both say the same',
    ],
    [
      'support for an incident that nothing opens',
      [held, { ...motion, strengthens: ['door-hold'] }],
      'rules.1.strengthens: no rule opens "door-hold"; write one of: door-held',
    ],
  ];
  for (const [what, rules, expected] of mistakes) {
    it(`says where and how to correct ${what}`, () => assert.deepEqual(problem(...rules), [expected]));
  }

  it('names the kinds of event that there are', () => {
    assert.match(
      problem({ ...held, when: { event: 'door.opened' } }).join(),
      /^rules\.0\.when\.event: "door\.opened" is not a kind of event or a list of such; possible: door\.open, /,
    );
  });

  it('says of a file that has no rules what is missing', () => {
    assert.equal(readRules([{ file: 'a.yaml', document: null }]).problems[0]?.file, 'a.yaml');
    assert.deepEqual(problem('held').length, 1);
  });

  it('checks names across files', () => {
    const twice = ['a.yaml', 'b.yaml'].map((file) => ({ file, document: { rules: [held] } }));
    assert.match(readRules(twice).problems[0]?.message ?? '', /exists already in a\.yaml/);
  });
});

describe('the guide to rules', () => {
  it('shows only rules that are valid', () => {
    const guide = readFileSync(new URL('../../docs/rules.md', import.meta.url), 'utf8');
    const examples = [...guide.matchAll(/```yaml\n(- id:[^`]*)```/g)].map(([, text]) => parse(text ?? '') as unknown[]);
    assert.ok(examples.length >= 13);
    for (const rules of examples) {
      const mistakes = read(...rules).problems.filter(({ path }) => path.at(-1) !== 'strengthens');
      assert.deepEqual(mistakes, []);
    }
  });
});

describe('the JSON Schema of rules', () => {
  it('is made of the same schema, with a description for every field', () => {
    const undescribed: string[] = [];
    const visit = (value: unknown, path: string): void => {
      if (typeof value !== 'object' || value === null) return;
      const { properties } = value as { properties?: Record<string, { description?: string; const?: unknown }> };
      for (const [name, field] of Object.entries(properties ?? {})) if (field.description === undefined) undescribed.push(`${path}.${name}`);
      for (const [name, inner] of Object.entries(value)) visit(inner, `${path}.${name}`);
    };
    visit(ruleFileJsonSchema(), '');
    assert.deepEqual(undescribed, []);
  });

  it('belongs to a schema that takes the shipped files', () => {
    for (const { document } of shippedDocuments) assert.ok(ruleFileSchema.safeParse(document).success);
  });
});

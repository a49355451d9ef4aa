import assert from 'node:assert/strict';
import { z } from 'zod';
import type { AdapterDefinition } from '../../src/adapter/contract.ts';
import { loadSiteText } from '../../src/site/load.ts';

const definition: AdapterDefinition = {
  name: 'test-door',
  summary: 'for tests',
  kinds: [],
  options: z.strictObject({}),
  points: { door: z.strictObject({}) },
  connect: () => Promise.reject(new Error('not in this test')),
};
const adapters = new Map([[definition.name, definition]]);

const rest = `site: { id: test, name: Test }
areas: [{ id: hall, name: Hall }]
devices: [{ id: ctl, name: Controller, adapter: test-door }]
doors:
  - { id: front, name: Front, area: hall, device: ctl }
  - { id: back, name: Back, area: hall, device: ctl, escapeRoute: true, commands: [unlock] }
  - { id: shown, name: Shown, area: hall, device: ctl, commands: [] }
`;

const load = (levels: string) => loadSiteText('site.yaml', `${rest}threatLevels:\n${levels}`, adapters);
/** `line:column message -> fix` of each mistake. */
const mistakes = (levels: string) => load(levels).mistakes.map(({ line, column, message, fix }) => `${line}:${column} ${message} -> ${fix}`);

describe('threat levels of the site file', () => {
  it('are read with their defaults, and one that passes over a door says so', () => {
    const { site, mistakes: found } = load('  - { id: lockdown, title: Lock-down, severity: 50, doors: lock }\n');
    assert.deepEqual(site?.threatLevels, [
      {
        id: 'lockdown',
        title: 'Lock-down',
        sign: '▲',
        severity: 50,
        doors: 'lock',
        except: [],
        afterwards: 'as-before',
        raisesPriorityBy: 0,
        setBy: { roles: ['dispatcher', 'integrator'], accounts: [] },
      },
    ]);
    assert.deepEqual(
      found.map(({ line, severity, message }) => `${line} ${severity} ${message}`),
      ['7 warning doors[2]: threat level "lockdown" does not lock door "shown", whose commands do not include "lock"'],
    );
  });

  it('name accounts instead of roles', () => {
    const { site } = load('  - { id: a, title: A, severity: 1, setBy: { accounts: [eve] } }\n');
    assert.deepEqual(site?.threatLevels?.[0]?.setBy, { roles: [], accounts: ['eve'] });
  });

  it('are mistaken where they except what does not exist, or are alike', () => {
    assert.deepEqual(
      mistakes(`  - { id: a, title: A, severity: 5, except: [frnt] }
  - { id: a, title: B, severity: 5 }
`),
      [
        '9:46 threatLevels[0].except[0]: there is no door or area "frnt" -> write "front"? Possible: hall, front, back, shown',
        '10:11 threatLevels[1].id: id a is already used in line 9 -> give it an identifier of its own',
        '10:34 threatLevels[1].severity: severity 5 is already used in line 9 -> give it another: which of both holds must be clear',
      ],
    );
  });

  it('are mistaken where they are called normal, or nobody may set them', () => {
    const [named, nobody] = mistakes(`  - { id: normal, title: A, severity: 5 }
  - { id: b, title: B, severity: 6, setBy: {} }
`);
    assert.match(named ?? '', /^9:11 threatLevels\[0\]\.id: "normal" is not valid -> "normal" is the level where none is set/);
    assert.match(nobody ?? '', /^10:\d+ threatLevels\[1\]\.setBy: .* -> name at least one role or account/);
  });
});

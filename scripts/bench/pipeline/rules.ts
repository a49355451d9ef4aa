import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { readRules } from '../../../src/correlation/read-rules.ts';
import type { Rule } from '../../../src/correlation/rule-schema.ts';
import { selectorsIn } from '../../../src/correlation/rule-schema.ts';
import type { EventKind } from '../../../src/domain/kinds.ts';

/** The areas of the site, whatever its size: the same rules hold for ten doors and for ten thousand. */
export const AREAS = 200;
const WATCHED_BADGES = 62;

type OwnRule = Readonly<Record<string, unknown>>;
const opens = (incident: string, priority: number) => ({ incident, priority, reason: `${incident} at {point}` });

/** What an integrator adds for one area. */
const ofArea: readonly ((id: string, at: string) => OwnRule)[] = [
  (id, at) => ({
    id,
    title: '{door} opened after hours',
    when: { event: 'door.open', at, outside: 'office-hours' },
    unless: [{ event: 'access.granted', within: '10s', by: 'door' }],
    opens: opens('after-hours-opening', 3),
  }),
  (id, at) => ({ id, title: 'Motion at night', when: { event: 'video.motion', at, during: 'night' }, opens: opens('night-motion', 4) }),
  (id, at) => ({
    id,
    title: 'Denied three times',
    when: { count: { event: 'access.denied', at }, atLeast: 3, within: '2m', by: 'point' },
    opens: opens('denied-often', 4),
  }),
  (id, at) => ({
    id,
    title: 'Nobody came in',
    when: { after: { event: 'access.granted', at }, absence: { event: 'door.open' }, within: '15s', by: 'door' },
    opens: opens('nobody-entered', 5),
  }),
  (id, at) => ({ id, title: 'Tamper', when: { event: ['tamper', 'door.tamper', 'video.tamper'], at }, opens: opens('area-tamper', 2) }),
  (id, at) => ({
    id,
    title: 'Left open',
    when: { event: 'door.open', at },
    lasts: '45s',
    opens: opens('left-open', 4),
    restoredBy: { event: 'door.open' },
  }),
  (id, at) => ({
    id,
    title: 'Opened after a refusal',
    when: {
      sequence: [
        { event: 'access.denied', at },
        { event: 'door.open', at },
      ],
      within: '30s',
      by: 'door',
    },
    opens: opens('opened-after-refusal', 3),
  }),
  (id, at) => ({
    id,
    title: 'Fire or water',
    when: {
      any: [
        { event: 'fire.alarm', at },
        { event: 'technical.alarm', at },
      ],
    },
    opens: opens('hazard', 1),
  }),
  (id, at) => ({
    id,
    strengthens: ['after-hours-opening', 'door-forced'],
    with: { event: ['video.motion', 'video.person'], at },
    by: 'area',
    within: '30s',
    raisesPriorityBy: 1,
    reason: '{point} {words} {when}',
  }),
  (id, at) => ({
    id,
    title: 'Forced in an armed area',
    when: {
      all: [
        { event: 'door.forced', at },
        { event: 'intrusion.alarm', at },
      ],
      within: '30s',
      by: 'area',
    },
    opens: opens('break-in', 1),
  }),
];

const watched = (index: number): OwnRule => ({
  id: `watched-${index}`,
  title: 'Watched badge {credential}',
  when: { event: 'access.granted', if: `details.credential == 'lost-${index}'` },
  opens: { ...opens('watched-badge', 3), per: 'credential' },
});

const basic = [
  'door-forced',
  'door-forced-inferred',
  'door-held',
  'door-held-by-time',
  'denied-before-forced',
  'intrusion',
  'motion-nearby',
  'panic',
  'fire',
];

/**
 * `count` rules: the shipped ones (with few rules the plainest of them), a list of watched badges, and for the rest, area after area, ten kinds of rule
 * that belong to one of the site's 200 areas each.
 */
export function benchRules(count: number): readonly Rule[] {
  const folder = join(import.meta.dirname, '..', '..', '..', 'config', 'rules');
  const shipped = readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .flatMap((name) => (parse(readFileSync(join(folder, name), 'utf8')) as { rules: { id: string }[] }).rules)
    .filter(({ id }) => count > 50 || basic.includes(id));
  const own = Array.from({ length: Math.max(0, count - shipped.length) }, (_, index) => {
    if (index < WATCHED_BADGES && count >= 1000) return watched(index);
    const make = ofArea[(index + Math.floor(index / AREAS)) % ofArea.length];
    return make?.(`own-${index}`, `area-${index % AREAS}`);
  });
  const { rules, problems } = readRules([{ file: 'bench', document: { rules: [...shipped, ...own] } }]);
  if (problems.length > 0) throw new Error(JSON.stringify(problems[0]));
  return rules;
}

/** How many of the rules look at an event of the kind in one of the areas, on average over the areas. */
export function rulesPerEvent(rules: readonly Rule[], kinds: readonly EventKind[]): number {
  let looks = 0;
  for (const rule of rules)
    for (const kind of kinds) {
      const selectors = selectorsIn(rule).filter(({ event }) => event.includes(kind));
      if (selectors.some(({ at }) => at === undefined)) looks += 1;
      else if (selectors.length > 0) looks += 1 / AREAS;
    }
  return looks / kinds.length;
}

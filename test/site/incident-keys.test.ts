import assert from 'node:assert/strict';
import { z } from 'zod';
import type { AdapterDefinition } from '../../src/adapter/contract.ts';
import { loadSiteText } from '../../src/site/load.ts';

const site = (keys: string) => `site: { id: test, name: Test }
areas: [{ id: hall, name: Hall }]
devices: [{ id: ctl, name: Controller, adapter: none }]
${keys}`;

const NONE: AdapterDefinition = {
  name: 'none',
  summary: 'for tests',
  kinds: [],
  options: z.strictObject({}),
  points: {},
  connect: () => Promise.reject(new Error('not in this test')),
};
const load = (keys: string) => loadSiteText('site.yaml', site(keys), new Map([['none', NONE]]));
/** What is wrong with the keys, each with its line in them. */
const mistakes = (keys: string) =>
  load(keys)
    .mistakes.filter(({ severity }) => severity === 'error')
    .map(({ line, message, fix }) => `${line - 3}: ${message} -> ${fix}`);

function sectionOf<Key extends 'alarms' | 'retention'>(key: Key, keys: string) {
  const { site: read, mistakes: found } = load(keys);
  assert.deepEqual(found, []);
  return read?.[key];
}

describe('the key `alarms` of a site file', () => {
  it('is read in minutes and seconds, with the defaults for what is left out', () => {
    const alarms = sectionOf('alarms', 'alarms: { floodIncidents: 4, chatterSeconds: 30, suppressed: [{ point: ctl, reason: Being replaced }] }');
    assert.equal(alarms?.flood.incidents, 4);
    assert(alarms.flood.endsBelow <= 4);
    assert.equal(alarms.chatter.withinMs, 30_000);
    assert.deepEqual(alarms.suppressed, [{ point: 'ctl', reason: 'Being replaced' }]);
  });

  const wrong: [string, string, RegExp][] = [
    ['a flood of nothing', 'alarms: { floodIncidents: 0 }', /^1: alarms\.floodIncidents: 0 is too small -> write at least 1$/],
    ['a chatter of one', 'alarms: { chatterRaises: 1 }', /chatterRaises: 1 is too small -> write at least 2$/],
    ['a shelving without end', 'alarms: { chatterShelveMinutes: 100000 }', /is too large -> write at most 1440$/],
    ['a suppression without a reason', 'alarms: { suppressed: [{ point: ctl }] }', /suppressed\[0\]: "reason" is missing/],
    ['a suppression of what is not there', 'alarms: { suppressed: [{ point: ctrl, reason: x }] }', /no .*"ctrl" -> write "ctl"/],
    ['a misspelt field', 'alarms: { floodIncident: 3 }', /unknown field "floodIncident" -> write "floodIncidents"$/],
  ];
  for (const [what, keys, message] of wrong) it(`refuses ${what}, and says what to write`, () => assert.match(mistakes(keys).join('\n'), message));
});

describe('the key `retention` of a site file', () => {
  it('is read in days, with the defaults for what is left out', () => {
    assert.deepEqual(sectionOf('retention', 'retention: { journalDays: 7 }'), { journalDays: 7, closedIncidentDays: 365, logDays: 365 });
  });

  const wrong: [string, string, RegExp][] = [
    ['keeping nothing', 'retention: { journalDays: 0 }', /journalDays: 0 is too small -> write at least 1$/],
    ['half a day', 'retention: { logDays: 1.5 }', /logDays/],
    ['a word', 'retention: { closedIncidentDays: forever }', /expected number, found "forever"/],
    ['a misspelt field', 'retention: { journal: 7 }', /unknown field "journal"/],
  ];
  for (const [what, keys, message] of wrong) it(`refuses ${what}, and says what to write`, () => assert.match(mistakes(keys).join('\n'), message));
});

describe('the key `escalation` of a site file', () => {
  const targets = 'targets: [{ priority: 1, acknowledgeWithin: 30s, resolveWithin: 15m }]';
  const hook = "{ name: Leader, url: 'https://pager.example.org/', secret: { env: PAGER }, wait: 2m }";
  const person = '{ name: Duty, email: duty@example.org, wait: 5m }';
  const mail = 'mail: { host: mail.example.org, user: gateway, password: { env: MAIL }, from: sallyport@example.org }';
  const escalation = (...parts: string[]) => `escalation: { ${parts.join(', ')} }`;

  it('is read with durations in milliseconds, and the port that belongs to the kind of TLS', () => {
    const { escalation: read, mistakes: found } = load(
      escalation(targets, `chain: [${hook}, ${person}]`, mail, "console: 'https://desk.example.org/'"),
    );
    assert.deepEqual(found, []);
    assert.deepEqual(read?.targets, [{ priority: 1, acknowledgeWithinMs: 30_000, resolveWithinMs: 900_000 }]);
    assert.deepEqual(
      read.chain.map(({ name, waitMs }) => [name, waitMs]),
      [
        ['Leader', 120_000],
        ['Duty', 300_000],
      ],
    );
    assert.deepEqual([read.mail?.tls, read.mail?.port], ['starttls', 587]);
  });

  it('lets a mail server on this machine do without encryption', () => {
    assert.deepEqual(mistakes(escalation(targets, `chain: [${person}]`, 'mail: { host: 127.0.0.1, tls: none, from: a@example.org }')), []);
  });

  it('lets a web hook on this machine do without encryption', () => {
    for (const host of ['127.0.0.1:8090', 'localhost', '[::1]:8090'])
      assert.deepEqual(mistakes(escalation(targets, `chain: [${hook.replace('https://pager.example.org/', `http://${host}/`)}]`)), []);
  });

  const wrong: [string, string, RegExp][] = [
    ['a chain without a target', escalation(`chain: [${hook}]`), /"targets" is missing/],
    ['a time without a unit', escalation('targets: [{ priority: 1, acknowledgeWithin: 30 }]'), /acknowledgeWithin: expected string, found 30/],
    ['a priority of its own', escalation('targets: [{ priority: 6, acknowledgeWithin: 30s }]'), /priority/],
    [
      'two targets of one priority',
      escalation('targets: [{ priority: 1, acknowledgeWithin: 30s }, { priority: 1, acknowledgeWithin: 60s }]'),
      /give each priority one target/,
    ],
    ['two contacts of one name', escalation(targets, `chain: [${hook}, ${hook}]`), /give each contact a name of its own/],
    [
      'a web hook of another machine without encryption',
      escalation(targets, `chain: [${hook.replace('https://pager.example.org/', 'http://10.1.2.3/hook')}]`),
      /write https: without encryption only a web hook on this machine/,
    ],
    ['a contact without a way to reach it', escalation(targets, 'chain: [{ name: Leader, wait: 2m }]'), /"(url|email)" is missing/],
    ['an e-mail without a mail server', escalation(targets, `chain: [${person}]`), /say by `mail` beside `chain` which mail server takes it/],
    ['what is no address', escalation(targets, 'chain: [{ name: Duty, email: duty, wait: 5m }]', mail), /write an e-mail address/],
    [
      'a password in the clear',
      escalation(targets, 'mail: { host: m, user: u, password: secret, from: a@example.org }'),
      /write \{ env: NAME \} or \{ file: PATH \}/,
    ],
    ['a user without a password', escalation(targets, 'mail: { host: m, user: u, from: a@example.org }'), /give its `password` as well/],
    [
      'no encryption across the network',
      escalation(targets, 'mail: { host: mail.example.org, tls: none, from: a@example.org }'),
      /only a server on this machine/,
    ],
    ['a link with a password in it', escalation(targets, "console: 'https://me:pw@desk.example.org/'"), /without a user, a password or a query/],
  ];
  for (const [what, keys, message] of wrong) {
    it(`refuses ${what}, and says what to write`, () => {
      const found = mistakes(keys).join('\n');
      assert.match(found, message);
      assert.doesNotMatch(found, /password: secret|me:pw/);
    });
  }
});

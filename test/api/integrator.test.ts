import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import type {
  AccountingFigures,
  DeviceTest,
  Diagnosis,
  Discovery,
  Interfaces,
  ReplayedPeriod,
  SiteCheck,
  SiteFileText,
} from '../../src/desk/integrator-schemas.ts';
import type { Role } from '../../src/domain/roles.ts';
import { startGateway } from '../../src/main.ts';
import type { Gateway } from '../../src/main.ts';
import { freePorts } from '../support/free-ports.ts';
import { until } from '../support/until.ts';

describe('the integrator’s part of the REST interface', function () {
  this.timeout(60_000);
  let folder: string;
  let gateway: Gateway;
  let site: string;
  const tokens = new Map<Role, string>();

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sallyport-integrator-'));
    const [closed = 0, broker = 0] = await freePorts(2);
    site = [
      'site: { id: test, name: Test }',
      'areas: [{ id: hall, name: Hall }]',
      'devices:',
      `  - { id: ctl, name: Controller, adapter: modbus-door, host: 127.0.0.1, port: ${closed}, profile: sallyport-d4 }`,
      `  - { id: badges, name: Badges, adapter: modbus-door, host: 127.0.0.1, port: ${broker}, profile: sallyport-d4 } # was mqtt://user:hunter2@host`,
      'doors:',
      '  - { id: front, name: Front door, area: hall, device: ctl, at: { door: 1 } }',
      '',
    ].join('\n');
    writeFileSync(join(folder, 'site.yaml'), site);
    gateway = await startGateway({ siteFile: join(folder, 'site.yaml'), dataFolder: folder, log: pino({ level: 'silent' }), port: 0 });
    for (const role of ['dispatcher', 'integrator'] as const) tokens.set(role, gateway.accounts.createToken(role, role));
  });
  after(async () => {
    await gateway.close();
    rmSync(folder, { recursive: true });
  });

  const request = (method: 'GET' | 'POST', path: string, body?: unknown, role: Role = 'integrator') =>
    fetch(`${gateway.url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${tokens.get(role) ?? ''}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  const ask = async <T>(method: 'GET' | 'POST', path: string, body?: unknown): Promise<T> => {
    const response = await request(method, path, body);
    assert.equal(response.status, 200, await response.clone().text());
    return (await response.json()) as T;
  };
  const refused = async (response: Response) => {
    const { code, message } = (await response.json()) as { code: string; message: string };
    return { status: response.status, code, message };
  };

  it('is closed to dispatchers', async () => {
    const calls = [
      ['GET', '/devices/ctl/diagnosis'],
      ['POST', '/devices/ctl/test'],
      ['GET', '/interfaces'],
      ['POST', '/discover'],
      ['GET', '/site/file'],
      ['POST', '/site/check'],
      ['GET', '/accounting'],
      ['POST', '/replay'],
      ['GET', '/site/rules'],
    ] as const;
    for (const [method, path] of calls) {
      const { status, code } = await refused(await request(method, path, method === 'POST' ? {} : undefined, 'dispatcher'));
      assert.deepEqual([path, status, code], [path, 403, 'forbidden']);
    }
  });

  it('tries an offline device at once and says what failed and what to do', async () => {
    const outcome = await ask<DeviceTest>('POST', '/devices/ctl/test');
    assert.equal(outcome.passed, false);
    const [connect] = outcome.steps;
    assert.match(connect?.text ?? '', /^tried now, and failed: .*ECONNREFUSED|refused/i);
    assert.match(connect?.advice ?? '', /^Check the port/);
    const again = await ask<DeviceTest>('POST', '/devices/ctl/test');
    assert.ok(again.at >= outcome.at);
  });

  it('knows no device that the site does not have', async () => {
    assert.deepEqual((await refused(await request('POST', '/devices/nobody/test'))).status, 404);
    assert.deepEqual((await refused(await request('GET', '/devices/nobody/diagnosis'))).status, 404);
  });

  it('shows a device with its points and their last states', async () => {
    const diagnosis = await until('the outage in the journal', async () => {
      const found = await ask<Diagnosis>('GET', '/devices/ctl/diagnosis');
      return found.points.at(-1)?.states.length === 0 ? undefined : found;
    });
    assert.equal(diagnosis.device.device, 'ctl');
    assert.deepEqual(
      diagnosis.points.map(({ id }) => id),
      ['front', 'ctl'],
    );
    assert.deepEqual(
      diagnosis.points[1]?.states.map(({ kind, phase }) => [kind, phase]),
      [['device.offline', 'raised']],
    );
    assert.deepEqual(diagnosis.malformed, []);
  });

  it('searches only networks that the machine is in, and hosts inside them', async () => {
    const { interfaces, adapters } = await ask<Interfaces>('GET', '/interfaces');
    assert.ok(interfaces.some(({ address }) => address === '127.0.0.1'));
    const adapter = adapters[0]?.name ?? '';
    const search = (address: string, host?: string) =>
      request('POST', '/discover', { interface: address, adapters: [adapter], seconds: 1, ...(host !== undefined && { host }) });
    assert.match((await refused(await search('192.0.2.7'))).message, /no address of this machine/);
    assert.match((await refused(await search('127.0.0.1', '192.0.2.7'))).message, /nothing is sent beyond it/);
    assert.match((await refused(await search('127.0.0.1', 'localhost'))).message, /no IPv4 address/);
    const body = { interface: '127.0.0.1', adapters: ['nonsense'], seconds: 1 };
    assert.equal((await refused(await request('POST', '/discover', body))).message, 'nonsense cannot look for devices');
  });

  it('searches once at a time', async () => {
    const { adapters } = await ask<Interfaces>('GET', '/interfaces');
    // With all of them: some cannot search a loopback and end at once.
    const body = { interface: '127.0.0.1', adapters: adapters.map(({ name }) => name), seconds: 1 };
    const both = await Promise.all([request('POST', '/discover', body), request('POST', '/discover', body)]);
    assert.deepEqual(both.map(({ status }) => status).sort(), [200, 409]);
    const found = (await both.find(({ ok }) => ok)?.json()) as Discovery;
    assert.ok(Array.isArray(found.devices));
  });

  it('shows the site file that runs, without passwords in addresses', async () => {
    const file = await ask<SiteFileText>('GET', '/site/file');
    assert.equal(file.name, 'site.yaml');
    assert.equal(file.changed, false);
    assert.ok(file.text.includes('mqtt://user:***@host'));
    assert.ok(!file.text.includes('hunter2'));
  });

  it('tells that the file has changed since the start', async () => {
    writeFileSync(join(folder, 'site.yaml'), `${site}# more\n`);
    assert.equal((await ask<SiteFileText>('GET', '/site/file')).changed, true);
    writeFileSync(join(folder, 'site.yaml'), site);
  });

  it('checks a text with line and column, and writes nothing', async () => {
    const good = await ask<SiteCheck>('POST', '/site/check', { text: site });
    assert.deepEqual([good.good, good.mistakes.map(({ severity }) => severity)], [true, ['warning']]);
    assert.match(good.mistakes[0]?.message ?? '', /no rule opens an incident for door\.forced/);
    const bad = await ask<SiteCheck>('POST', '/site/check', { text: site.replace('device: ctl', 'device: ctrl') });
    assert.equal(bad.good, false);
    const [mistake] = bad.mistakes;
    assert.deepEqual([mistake?.file, mistake?.line, mistake?.severity], ['site.yaml', 7, 'error']);
    assert.match(`${mistake?.message ?? ''} ${mistake?.fix ?? ''}`, /ctrl.*ctl/);
    assert.equal((await ask<SiteFileText>('GET', '/site/file')).changed, false);
  });

  it('opens no rule file elsewhere on the machine for a text', async () => {
    const check = await ask<SiteCheck>('POST', '/site/check', { text: `${site}rules: [/etc/passwd]\n` });
    assert.match(check.mistakes.map(({ message }) => message).join(), /is not looked at from here/);
    assert.ok(!JSON.stringify(check).includes('root'));
  });

  it('tells a mistake in a rule, and not that no rule opens what that one may be meant to', async () => {
    writeFileSync(join(folder, 'rules.yaml'), 'rules: [{ id: forced, titel: Forced, when: { event: door.forced } }]\n');
    const { mistakes } = await ask<SiteCheck>('POST', '/site/check', { text: `${site}rules: [rules.yaml]\n` });
    assert.ok(mistakes.length > 0);
    for (const { file } of mistakes) assert.equal(file, 'rules.yaml');
  });

  it('takes a site file longer than other requests', async () => {
    const long = `${site}${'# a remark of some length\n'.repeat(20_000)}`;
    assert.equal((await ask<SiteCheck>('POST', '/site/check', { text: long })).good, true);
  });

  it('accounts for everything that was received', async () => {
    const { signals, events } = await ask<AccountingFigures>('GET', '/accounting');
    assert.ok(signals.received > 0);
    assert.equal(signals.received, signals.accepted + signals.repeated + signals.unchanged + signals.refused);
    assert.equal(events.taken, events.attached + events.waiting + events.suppressed + events.informational);
  });

  it('pages the journal backwards, by device', async () => {
    type Page = { events: { seq: number; device: string }[] };
    const all = (await ask<Page>('GET', '/events?newestFirst=true&device=ctl')).events;
    assert.ok(all.length > 0 && all.every(({ device }) => device === 'ctl'));
    const older = (await ask<Page>('GET', `/events?newestFirst=true&device=ctl&before=${all[0]?.seq ?? 0}`)).events;
    assert.deepEqual(older, all.slice(1));
  });

  it('replays a period to rules that are only in the request, writes them nowhere, and tells their mistakes by name', async () => {
    const period = { from: Date.now() - 3_600_000, to: Date.now() };
    assert.deepEqual(await ask('GET', '/site/rules'), { files: [] });
    const rule = '{ id: a, title: a, when: { event: device.offline }, opens: { incident: a, priority: 3, reason: a } }';
    const tried = (text: string, name = 'mine.yaml') => ({ ...period, rules: [{ name, text }] });
    const { lines } = await ask<ReplayedPeriod>('POST', '/replay', tried(`rules: [${rule}]`));
    assert.match(lines[0] ?? '', /^\d+ events, 1 rules: 0 incidents then, [1-9]\d* now$/);
    assert.match(lines[1] ?? '', /^\+ .*priority 3 {2}A/);
    const wrong = await refused(await request('POST', '/replay', tried(`rules: [${rule.replace('device.offline', 'device.offlin')}]`)));
    assert.match(wrong.message, /^(these rules cannot be replayed:\n)?mine\.yaml:1:\d+: /m);
    assert.doesNotMatch(wrong.message, /sallyport-replay/);
    for (const name of ['../site.yaml', 'site', 'a/b.yaml']) assert.equal((await request('POST', '/replay', tried('', name))).status, 400);
    const twice = { ...period, rules: ['a.yaml', 'A.yaml'].map((name) => ({ name, text: 'rules: []' })) };
    assert.equal((await request('POST', '/replay', twice)).status, 400);
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.includes('mine')),
      [],
    );
  });

  it('replays a period to the rules on disk, and refuses one that is none', async () => {
    const now = Date.now();
    const { lines } = await ask<ReplayedPeriod>('POST', '/replay', { from: now - 3_600_000, to: now });
    assert.match(lines[0] ?? '', /^\d+ events, 0 rules: 0 incidents then, 0 now$/);
    assert.equal((await refused(await request('POST', '/replay', { from: now, to: now - 1 }))).status, 400);
    assert.equal((await refused(await request('POST', '/replay', { from: 0, to: now }))).status, 400);
  });
});

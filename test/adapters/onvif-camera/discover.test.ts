import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { parse } from 'yaml';
import adapter from '../../../adapters/onvif-camera/index.ts';
import { readProbeMatches } from '../../../adapters/onvif-camera/probe-match.ts';
import { inProcess } from '../../../src/adapter/runner.ts';
import { parseSearch } from '../../../src/cli/discover.ts';
import { discoverAll } from '../../../src/discovery/discover.ts';
import { siteFragment } from '../../../src/discovery/site-fragment.ts';
import { systemClock } from '../../../src/domain/clock.ts';
import { createCamera } from '../../../simulators/onvif-camera/index.ts';

// An address of its own, so that cameras of a lab that runs beside the tests do not answer.
const host = '127.0.0.79';
const signal = new AbortController().signal;

describe('onvif-camera: discovery', function () {
  this.timeout(60_000);

  it('finds the cameras of the interface that it was given, and prints what a site file takes', async () => {
    const camera = createCamera('cam-a', { host, httpPort: 0, rtspPort: 0, username: 'u', password: 'open sesame', scene: 'lobby', discovery: true });
    await camera.start();
    try {
      const { found: all, failures } = await discoverAll([{ adapter, host }], {
        interface: host,
        timeoutMs: 1_500,
        signal,
        clock: systemClock,
        runner: inProcess,
      });
      assert.equal(failures.size, 0);
      // Cameras of a lab that runs on the same interface answer as well.
      const found = all.filter((each) => each.device.options['host'] === host);
      const fragment = parse(siteFragment(found)) as { devices: Record<string, unknown>[]; cameras: { device: string; at: unknown }[] };
      const [device] = fragment.devices;
      assert.equal(fragment.devices.length, 1);
      const { id, name, adapter: used, ...options } = device ?? {};
      assert.deepEqual([used, name], ['onvif-camera', 'cam-a, lobby']);
      assert.deepEqual([options['host'], options['port']], [host, camera.httpPort]);
      adapter.options.parse(options);
      const [picture] = fragment.cameras;
      assert.equal(picture?.device, id);
      adapter.points.camera?.parse(picture?.at);
    } finally {
      await camera.stop();
    }
  });

  it('lists the doors and readers of an access controller, given an account', async () => {
    const doors = [
      { token: 'Door-1', reader: 'AccessPoint-1' },
      { token: 'Door-2', reader: 'AccessPoint-2' },
    ];
    const controller = createCamera('ctl', {
      host: '127.0.0.78',
      httpPort: 0,
      rtspPort: 0,
      username: 'u',
      password: 'open sesame',
      discovery: true,
      doors,
    });
    await controller.start();
    try {
      const search = (account: object) =>
        discoverAll([{ adapter, host: '127.0.0.78' }], {
          interface: '127.0.0.78',
          timeoutMs: 1_200,
          signal,
          clock: systemClock,
          runner: inProcess,
          ...account,
        });
      const mine = async (account: object) => (await search(account)).found.filter(({ device }) => device.options['host'] === '127.0.0.78');
      const found = await mine({ account: { username: 'u', password: 'open sesame' } });
      const fragment = parse(siteFragment(found)) as { doors: { id: string; at: unknown }[]; readers: { door: string; at: unknown }[] };
      assert.deepEqual(
        fragment.doors.map(({ at }) => at),
        [{ token: 'Door-1' }, { token: 'Door-2' }],
      );
      assert.deepEqual(
        fragment.readers.map(({ door, at }) => [door, at]),
        [
          [fragment.doors[0]?.id, { token: 'AccessPoint-1' }],
          [fragment.doors[1]?.id, { token: 'AccessPoint-2' }],
        ],
      );
      const [refused] = await mine({ account: { username: 'u', password: 'wrong' } });
      assert.match(refused?.device.remark ?? '', /its doors could not be read/);
      const [asked] = await mine({});
      assert.deepEqual(
        asked?.device.points.filter(({ type }) => type === 'door'),
        [],
      );
    } finally {
      await controller.stop();
    }
  });

  it('says so when the interface is none of this machine', async () => {
    const search = discoverAll([{ adapter }], { interface: '203.0.113.1', timeoutMs: 100, signal, clock: systemClock, runner: inProcess });
    await assert.rejects(search, /203\.0\.113\.1 is no address of this machine/);
  });

  it('survives garbage in answer to its probes', async () => {
    const stranger = createSocket({ type: 'udp4', reuseAddr: true });
    await new Promise<void>((resolve) => stranger.bind(3702, '127.0.0.80', resolve));
    stranger.on('message', (_probe, from) => {
      for (const answer of ['', '<', '<s:Envelope/>', Buffer.alloc(1_400, 0xff)]) stranger.send(answer, from.port, from.address);
    });
    try {
      const asked = { interface: { address: '127.0.0.80', netmask: '255.0.0.0' }, host: '127.0.0.80', timeoutMs: 300, signal, clock: systemClock };
      const found = (await adapter.discover?.(asked)) ?? [];
      assert.ok(found.every(({ options }) => options['host'] !== '127.0.0.80'));
    } finally {
      stranger.close();
    }
  });

  it('leaves out answers that are no ONVIF device and addresses that nobody can use', () => {
    const match = (types: string, addresses: string, scopes = '') =>
      `<e:Envelope xmlns:e="e"><e:Body><ProbeMatches><ProbeMatch><EndpointReference><Address>urn:1</Address></EndpointReference><Types>${types}</Types><Scopes>${scopes}</Scopes><XAddrs>${addresses}</XAddrs></ProbeMatch></ProbeMatches></e:Body></e:Envelope>`;
    assert.deepEqual(readProbeMatches(match('x:Printer', 'http://10.0.0.9/p')), []);
    assert.deepEqual(readProbeMatches(match('dn:NetworkVideoTransmitter', 'http://[fe80::1]/onvif ftp://10.0.0.1/')), []);
    const [camera] = readProbeMatches(
      match('dn:NetworkVideoTransmitter', 'http://[fe80::1]/x http://10.0.0.7/onvif', 'onvif://www.onvif.org/name/A%20B'),
    );
    assert.deepEqual([camera?.host, camera?.port, camera?.name], ['10.0.0.7', 80, 'A B']);
  });

  it('reads which adapters shall look, and whom each shall ask', () => {
    const able = [adapter, { ...adapter, name: 'modbus-door' }];
    const { searches, timeoutMs } = parseSearch(['--interface', '127.0.0.1', '--modbus', '10.0.0.5', '--timeout', '2'], able);
    assert.deepEqual(
      searches.map((search) => [search.adapter.name, search.host]),
      [['modbus-door', '10.0.0.5']],
    );
    assert.equal(timeoutMs, 2_000);
    assert.equal(parseSearch(['--interface', '127.0.0.1'], able).searches.length, 2);
    assert.throws(() => parseSearch(['--onvif'], able), /--interface is missing/);
    assert.throws(() => parseSearch(['--interface', '127.0.0.1', 'stray'], able), /does not follow/);
  });
});

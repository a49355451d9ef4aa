import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import bacnet from '../../adapters/bacnet-door/index.ts';
import onvif from '../../adapters/onvif-camera/index.ts';
import type { AdapterDefinition, DiscoverOptions } from '../../src/adapter/contract.ts';
import { inProcess } from '../../src/adapter/runner.ts';
import discoverCommand from '../../src/cli/discover.ts';
import { discoverAll, SearchRefused } from '../../src/discovery/discover.ts';
import { ownInterface } from '../../src/discovery/interfaces.ts';
import { systemClock } from '../../src/domain/clock.ts';

const WITHIN = '127.0.7.1';
const PEER = '127.0.7.2';
const BEYOND = '127.0.9.9';
const PASSWORD = 'open sesame';
/** A part of the loopback, so that what is beyond it can be listened to. */
const asked: DiscoverOptions = {
  interface: { address: WITHIN, netmask: '255.255.255.0' },
  host: PEER,
  account: { username: 'admin', password: PASSWORD },
  timeoutMs: 900,
  signal: new AbortController().signal,
  clock: systemClock,
};

function probeMatch(xAddrs: string): string {
  return (
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" ' +
    'xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"><s:Body><d:ProbeMatches><d:ProbeMatch>' +
    '<a:EndpointReference><a:Address>urn:uuid:1</a:Address></a:EndpointReference><d:Types>tds:Device</d:Types>' +
    `<d:Scopes>onvif://www.onvif.org/Profile/A</d:Scopes><d:XAddrs>${xAddrs}</d:XAddrs></d:ProbeMatch></d:ProbeMatches></s:Body></s:Envelope>`
  );
}

interface Asked {
  readonly from: string | undefined;
  readonly authorization: string | undefined;
}

describe('discovery stays in the network that it was given', function () {
  this.timeout(30_000);
  const cleanUp: (() => unknown)[] = [];
  afterEach(async () => {
    for (const each of cleanUp.splice(0)) await each();
  });

  async function datagrams(address: string, port: number): Promise<Socket> {
    const socket = createSocket({ type: 'udp4', reuseAddr: true });
    await new Promise<void>((resolve) => socket.bind(port, address, resolve));
    cleanUp.push(() => new Promise<void>((resolve) => socket.close(resolve)));
    return socket;
  }

  /** A web server that wants a password in clear; it remembers who asked and with what. */
  async function basicOnly(address: string): Promise<{ port: number; requests: Asked[] }> {
    const requests: Asked[] = [];
    const server = createServer((request, response) => {
      requests.push({ from: request.socket.remoteAddress, authorization: request.headers.authorization });
      request.resume();
      response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="x"' }).end();
    });
    await new Promise<void>((resolve) => server.listen(0, address, resolve));
    cleanUp.push(() => new Promise((resolve) => server.close(resolve)));
    return { port: (server.address() as AddressInfo).port, requests };
  }

  async function controllerAt(xAddrs: string): Promise<void> {
    const socket = await datagrams(PEER, 3702);
    socket.on('message', (_probe, from) => socket.send(probeMatch(xAddrs), from.port, from.address));
  }

  it('asks nothing of a host beyond it that an answer names, and says so', async () => {
    const { port, requests } = await basicOnly(BEYOND);
    await controllerAt(`http://${BEYOND}:${port}/onvif/device_service`);
    const found = (await onvif.discover?.(asked)) ?? [];
    const device = found.find(({ options }) => options['host'] === BEYOND);
    assert.match(device?.remark ?? '', /outside of the network that is searched, and was asked nothing/);
    assert.equal(requests.length, 0);
  });

  it('takes the address in the network where a device names several', async () => {
    await controllerAt(`http://${BEYOND}:1/onvif https://${PEER}:2/onvif`);
    const found = (await onvif.discover?.(asked)) ?? [];
    assert.deepEqual(
      found.flatMap(({ options }) => (options['port'] === 2 ? [options['host']] : [])),
      [PEER],
    );
  });

  it('asks from the address of the interface, and sends no password in clear to whoever asks for that', async () => {
    const { port, requests } = await basicOnly(PEER);
    await controllerAt(`http://${PEER}:${port}/onvif/device_service`);
    const found = (await onvif.discover?.(asked)) ?? [];
    assert.match(found.find(({ options }) => options['port'] === port)?.remark ?? '', /its doors could not be read/);
    assert.ok(requests.length > 0);
    assert.deepEqual([...new Set(requests.map(({ from }) => from))], [WITHIN]);
    assert.deepEqual(
      requests.flatMap(({ authorization }) => authorization ?? []),
      [],
    );
  });

  it('asks nothing of a BACnet device that answers from beyond it', async () => {
    const named = await datagrams(PEER, 0);
    const stranger = await datagrams(BEYOND, 0);
    const heard: Buffer[] = [];
    stranger.on('message', (datagram) => heard.push(datagram));
    const iAm = Buffer.from('810a00140100 1000c402000bb92205c491002200ff'.replaceAll(' ', ''), 'hex');
    named.on('message', (_whoIs, from) => stranger.send(iAm, from.port, from.address));
    const found = (await bacnet.discover?.({ ...asked, host: `${PEER}:${named.address().port}` })) ?? [];
    assert.match(found[0]?.remark ?? '', /could not be read \(outside of the network that is searched\)/);
    assert.deepEqual(heard, []);
  });

  for (const host of ['198.51.100.7', '198.51.100.7:47808', 'controller.example', '::1', '255.255.255.255']) {
    it(`refuses to ask ${host}, before anything is sent`, async () => {
      let started = 0;
      const runner = (adapter: AdapterDefinition) => {
        started += 1;
        return inProcess(adapter);
      };
      const search = { adapter: bacnet as AdapterDefinition };
      const options = { ...asked, interface: '127.0.0.1', runner };
      await assert.rejects(
        discoverAll([search, { ...search, host }], options),
        (error) => error instanceof SearchRefused && error.message.includes(host),
      );
      assert.equal(started, 0);
    });
  }

  it('refuses it from the command line as well', async () => {
    await assert.rejects(
      discoverCommand.run(['--interface', '127.0.0.1', '--bacnet', '198.51.100.7', '--onvif', '203.0.113.9']),
      /198\.51\.100\.7 is no IPv4 address in the network of .*nothing is sent beyond it/,
    );
  });

  it('knows an interface by its address, and every address of the loopback', () => {
    assert.equal(ownInterface('127.0.0.1')?.loopback, true);
    assert.deepEqual([ownInterface('127.9.9.9')?.address, ownInterface('127.9.9.9')?.netmask], ['127.9.9.9', ownInterface('127.0.0.1')?.netmask]);
    assert.equal(ownInterface('203.0.113.1'), undefined);
  });
});

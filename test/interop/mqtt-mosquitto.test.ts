import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect as dial } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import type { Connection } from '../../src/adapter/contract.ts';
import { ConfigurationError } from '../../src/adapter/contract.ts';
import { inProcess } from '../../src/adapter/runner.ts';
import { readSecret } from '../../src/adapter/secret.ts';
import { DeviceSupervisor } from '../../src/adapter/supervisor.ts';
import { systemClock } from '../../src/domain/clock.ts';
import type { DeviceSignal } from '../../src/domain/event.ts';
import mqtt from '../../adapters/mqtt/index.ts';
import { mqttOptions } from '../../adapters/mqtt/options.ts';
import fleets from '../../simulators/mqtt/index.ts';
import type { MqttFleet } from '../../simulators/mqtt/index.ts';
import { connect, doorMappings, doors, newHost, point } from '../adapters/mqtt/bench.ts';
import type { TestHost } from '../support/adapter-host.ts';
import { freePorts } from '../support/free-ports.ts';
import { until } from '../support/until.ts';

const PASSWORD = 'a password of the tests';
const hasMosquitto = spawnSync('mosquitto', ['-h']).error === undefined && spawnSync('mosquitto_passwd').error === undefined;

/** Eclipse Mosquitto with a password file, its sessions kept on disk, on a free port. */
class Mosquitto {
  readonly port: number;
  readonly #folder = mkdtempSync(join(tmpdir(), 'sallyport-mosquitto-'));
  #child: ChildProcess | undefined;

  constructor(port: number) {
    this.port = port;
    const file = (name: string) => join(this.#folder, name);
    writeFileSync(file('passwords'), `sallyport:${PASSWORD}\ndevices:${PASSWORD}\n`);
    execFileSync('mosquitto_passwd', ['-U', file('passwords')]);
    writeFileSync(file('acl'), 'user devices\ntopic readwrite #\nuser sallyport\ntopic read site/#\ntopic read frigate/#\n');
    const lines = [
      `listener ${port} 127.0.0.1`,
      `password_file ${file('passwords')}`,
      `acl_file ${file('acl')}`,
      `user ${userInfo().username}`,
      'persistence true',
      `persistence_location ${this.#folder}/`,
    ];
    writeFileSync(file('mosquitto.conf'), `${lines.join('\n')}\n`);
  }

  async start(): Promise<void> {
    this.#child = spawn('mosquitto', ['-c', join(this.#folder, 'mosquitto.conf')], { stdio: 'ignore' });
    await until('mosquitto to listen', () => this.#listens());
  }

  /** By SIGTERM it saves its sessions. */
  async stop(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    await exited;
  }

  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #listens(): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = dial({ host: '127.0.0.1', port: this.port });
      socket.on('error', () => resolve(false));
      socket.on('connect', () => {
        socket.destroy();
        resolve(true);
      });
    });
  }
}

describe(`the MQTT adapter with Mosquitto${hasMosquitto ? '' : ' (not run: the Debian package mosquitto is not installed)'}`, function () {
  let broker: Mosquitto;
  let fleet: MqttFleet;
  const hosts: TestHost[] = [];
  const connections: Connection[] = [];
  const account = { username: 'sallyport', password: { env: 'INTEROP_MQTT_PASSWORD' } };

  before(function () {
    if (!hasMosquitto) this.skip();
    process.env['INTEROP_MQTT_PASSWORD'] = PASSWORD;
    process.env['INTEROP_MQTT_WRONG'] = 'not this one';
  });
  beforeEach(async () => {
    const [port = 0] = await freePorts(1);
    broker = new Mosquitto(port);
    await broker.start();
    fleet = fleets.create('devices', {
      mode: 'client',
      port,
      username: 'devices',
      password: PASSWORD,
      doors: ['door-a', 'door-b'],
      frigate: { cameras: ['yard'] },
    });
    await fleet.start();
    await until('the devices to be connected', () => fleet.client?.isConnected);
    await until('their states to be published', () => (fleet.client?.acknowledged ?? 0) >= 4);
  });
  afterEach(async () => {
    for (const host of hosts.splice(0)) host.abort();
    await Promise.allSettled(connections.splice(0).map(({ done }) => done));
    await fleet.stop();
    await broker.remove();
  });

  async function enter(options: Record<string, unknown> = {}, points = doors): Promise<{ host: TestHost; connection: Connection }> {
    const host = newHost(points);
    hosts.push(host);
    const connection = await connect(host, broker.port, { ...account, ...options });
    connection.done.catch(() => undefined);
    connections.push(connection);
    return { host, connection };
  }
  const badge = (credential: number) => fleet.stimuli['badge']?.({ door: 'door-a', credential });
  const credentials = (signals: readonly DeviceSignal[]) =>
    signals.flatMap(({ kind, details }) => (kind === 'access.granted' ? [Number(details?.['credential'])] : []));

  it('reads the retained states before it is online, and reports what happens', async () => {
    const { host } = await enter();
    assert.deepEqual(
      host.reported.map(({ point: id, initial }) => [id, initial]),
      [
        ['door-a', true],
        ['door-b', true],
      ],
    );
    badge(1);
    await until('the badge', () => credentials(host.reported).length === 1);
  });

  it('says that configuration is wrong when the password is', async () => {
    await assert.rejects(enter({ password: { env: 'INTEROP_MQTT_WRONG' } }), (error: Error) => {
      assert(error instanceof ConfigurationError);
      assert.doesNotMatch(error.message, /not this one/);
      return true;
    });
  });

  it('has what the journal did not take delivered again on the next connection, in order', async () => {
    const first = await enter({ keepaliveSeconds: 1 });
    first.host.journalFails = true;
    for (const credential of [1, 2, 3]) badge(credential);
    await assert.rejects(first.connection.done);
    assert.deepEqual(credentials(first.host.reported), []);
    const second = await enter();
    await until('all three', () => credentials(second.host.reported).length === 3);
    assert.deepEqual(credentials(second.host.reported), [1, 2, 3]);
    second.host.abort();
    await second.connection.done;
    const third = await enter();
    badge(4);
    await until('the fourth', () => credentials(third.host.reported).length > 0);
    assert.deepEqual(credentials(third.host.reported), [4], 'what was acknowledged does not come again');
  });

  it('gets what was published while the gateway was away, also when the broker was started anew meanwhile', async () => {
    const first = await enter();
    first.host.abort();
    await first.connection.done;
    for (let credential = 1; credential <= 50; credential += 1) badge(credential);
    await until('the broker to have them', () => (fleet.client?.acknowledged ?? 0) >= 54);
    await broker.stop();
    await broker.start();
    const second = await enter();
    await until('all fifty', () => credentials(second.host.reported).length === 50);
    assert.deepEqual(
      credentials(second.host.reported),
      Array.from({ length: 50 }, (_, index) => index + 1),
    );
  });

  it('is connected again by the supervisor after a restart of the broker', async () => {
    const reported: DeviceSignal[] = [];
    const supervisor = new DeviceSupervisor({
      runner: inProcess(mqtt),
      device: {
        id: 'device',
        name: 'Broker',
        adapter: 'mqtt',
        options: mqttOptions.parse({ host: '127.0.0.1', port: broker.port, mappings: doorMappings, ...account }),
      },
      points: doors,
      clock: systemClock,
      log: pino({ level: 'silent' }),
      report: (signal) => Promise.resolve(void reported.push(signal)),
      secret: (reference) => readSecret(reference, (path) => path),
      changed: () => undefined,
      random: () => 0,
    });
    supervisor.start();
    try {
      await until('the link', () => supervisor.link.state === 'online');
      await broker.stop();
      await until('its loss', () => supervisor.link.state === 'offline');
      await broker.start();
      await until('the link again', () => supervisor.link.state === 'online');
      badge(9);
      await until('the badge', () => credentials(reported).includes(9));
      assert.deepEqual(
        reported.filter(({ kind, initial }) => kind === 'device.offline' && !initial).map(({ phase }) => phase),
        ['raised', 'restored'],
      );
    } finally {
      await supervisor.stop();
    }
  });

  it('takes the last will of a recorder that dies for its absence', async () => {
    const { host } = await enter({ profile: 'frigate' }, [...doors, point('cam-yard', 'camera', 'yard')]);
    await fleet.stimuli['person']?.({ camera: 'yard' });
    await until('the person', () => host.of('cam-yard', 'video.person').length === 1);
    // Connected under the same name, Mosquitto drops the first client and publishes its will (3.1.4).
    const usurper = fleets.create('devices', { mode: 'client', port: broker.port, username: 'devices', password: PASSWORD });
    await usurper.start();
    await until('the recorder to be gone', () => host.of('device', 'device.offline').some(({ phase }) => phase === 'raised'));
    await usurper.stop();
  });
});

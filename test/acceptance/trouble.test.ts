import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { IncidentEscalation } from '../../src/desk/escalation-schemas.ts';
import { freePorts } from '../support/free-ports.ts';
import { labFiles, Program, startLab } from '../support/lab.ts';
import type { Lab, LabFiles } from '../support/lab.ts';
import { RestClient } from '../support/rest-client.ts';
import { until } from '../support/until.ts';

const WAIT_MS = 30_000;
type Entry = Record<string, unknown> & { id: string };

describe('trouble', function () {
  this.timeout(90_000);
  let files: LabFiles;
  let lab: Lab;
  let rest: RestClient;
  let sia = 0;

  before(async () => {
    const [closed = 0] = await freePorts(1);
    files = await labFiles((site) => {
      const devices = site['devices'] as Entry[];
      const device = (id: string) => devices.find((each) => each.id === id)!;
      device('dev-cam-lobby')['port'] = closed;
      device('dev-cam-yard')['password'] = { file: 'wrong-password' };
      sia = Number(device('sia-receiver')['port']);
      const escalation = site['escalation'] as { targets: unknown; chain: Record<string, unknown>[] };
      escalation.targets = [1, 2, 3].map((priority) => ({ priority, acknowledgeWithin: '1s', resolveWithin: '1h' }));
      for (const contact of escalation.chain) contact['wait'] = '1s';
      Object.assign(escalation.chain[1] ?? {}, { url: `http://127.0.0.1:${closed}/` });
    });
    writeFileSync(join(files.folder, 'wrong-password'), 'certainly wrong');
    lab = await startLab(files);
    rest = await RestClient.signIn(lab.url, 'integrator');
  });
  after(async () => {
    await lab.program.stop();
    files.remove();
  });

  const state = (id: string, wanted: string) =>
    until(`${id} ${wanted}`, async () => ((await rest.device(id))?.state === wanted ? rest.device(id) : undefined), WAIT_MS);
  const warnings = (device: string) => lab.program.lines.filter((line) => line.includes(`"device":"${device}"`));

  it('a camera that is down is offline with the reason, in one line', async () => {
    const device = await state('dev-cam-lobby', 'offline');
    assert.match(device?.detail ?? '', /refused|connect/i);
    assert.equal(warnings('dev-cam-lobby').length, 1);
  });

  it('a wrong camera password is a failure with the reason, in one line without the password', async () => {
    const device = await state('dev-cam-yard', 'failed');
    assert.match(device?.detail ?? '', /password/i);
    assert.equal(warnings('dev-cam-yard').length, 1);
    assert(lab.program.lines.every((line) => !line.includes('certainly wrong')));
  });

  it('a panel with the wrong key is visible', async () => {
    await lab.simulator('panel-main', 'faults', 'wrong-key');
    await lab.simulator('panel-main', 'stimuli', 'alarm', { zone: 1 });
    const event = await until(
      'the notice',
      async () => (await rest.events('&kind=device.malformed')).find(({ details }) => /key/i.test(JSON.stringify(details))),
      WAIT_MS,
    );
    assert.equal(event.device, 'sia-receiver');
    await until('the count', async () => ((await rest.device('sia-receiver'))?.malformed ?? 0) > 0, WAIT_MS);
  });

  it('what the panel could not say under the wrong key arrives once the key is right', async () => {
    await lab.simulator('panel-main', 'faults', 'clear');
    await until('the alarm', async () => (await rest.events('&kind=intrusion.alarm&point=zone-1'))[0], WAIT_MS);
  });

  it('an alarm that nobody acknowledges goes to the chain of command, and who cannot be reached is named until somebody acknowledges', async () => {
    const incident = await until('the incident', async () => (await rest.incidents()).find(({ point }) => point === 'zone-1'), WAIT_MS);
    const escalation = () => rest.call<IncidentEscalation>('GET', `/incidents/${incident.id}/escalation`);
    const states = async () => (await escalation()).messages.map(({ contact, state, problem }) => [contact, state, problem]);
    const wanted = [
      ['Shift leader', 'delivered', null],
      ['Site manager', 'waiting', 'it cannot be reached'],
    ];
    await until('both attempts', async () => JSON.stringify(await states()) === JSON.stringify(wanted), WAIT_MS);
    const paged = (await (await fetch(`${files.control}/pager`)).json()) as { data: { incident: string } }[];
    assert.deepEqual(paged.filter(({ data }) => data.incident === incident.id).length, 1);
    await until('the notice', async () => {
      const { notices } = (await (await fetch(`${lab.url}/readyz`)).json()) as { notices: string[] };
      return notices.includes('Site manager cannot be told of incidents: it cannot be reached');
    });
    assert.equal(typeof (await escalation()).acknowledgeBy, 'number');
    const { revision } = await rest.call<{ revision: number }>('GET', `/incidents/${incident.id}`);
    await rest.call('POST', `/incidents/${incident.id}/actions`, { revision, act: { action: 'acknowledge' } });
    await until('the withdrawal', async () => (await states()).at(-1)?.[1] === 'withdrawn');
    assert.equal((await escalation()).acknowledgeBy, null);
  });

  it('malformed frames on every listening socket are survived', async () => {
    const { port: http } = new URL(lab.url);
    for (const port of [sia, Number(http)]) {
      const socket = connect(port, '127.0.0.1');
      socket.on('error', () => undefined);
      await once(socket, 'connect');
      socket.write(Buffer.from([0x0a, 0xff, 0x00, 0x31, 0x32, 0x0d, 0x0a, 0x0d, 0x0a]));
      socket.end();
    }
    const before = (await rest.device('sia-receiver'))?.malformed ?? 0;
    const datagram = createSocket('udp4');
    datagram.send(Buffer.from('\nFFFF0004"no frame"\r'), sia, '127.0.0.1');
    await until('the malformed datagram counted', async () => ((await rest.device('sia-receiver'))?.malformed ?? 0) > before, WAIT_MS);
    datagram.close();
    assert.equal((await rest.device('sia-receiver'))?.state, 'online');
  });

  it('a simulator that answers garbage takes its device offline, and it comes back by itself', async () => {
    await lab.simulator('ctl-main', 'faults', 'garble');
    await state('ctl-main', 'offline');
    await lab.simulator('ctl-main', 'faults', 'clear');
    await state('ctl-main', 'online');
  });

  it('a door command to a device that is offline is refused with the reason', async () => {
    await lab.simulator('ctl-annex', 'faults', 'drop');
    await state('ctl-annex', 'offline');
    await assert.rejects(rest.call('POST', '/doors/door-gate/commands', { command: 'unlock' }), /502.*Door controller, annex is/);
    await lab.simulator('ctl-annex', 'faults', 'clear');
    await state('ctl-annex', 'online');
  });

  it('a second gateway on the same port ends with one line that says what to do', async () => {
    const second = new Program(['run', '--site', files.site, '--data', join(files.folder, 'second')]);
    await second.line(/is in use by another program: stop that one, or choose another with --port/);
    const [code] = second.child.exitCode === null ? ((await once(second.child, 'exit')) as [number]) : [second.child.exitCode];
    assert.equal(code, 1);
    assert.equal(second.lines.filter((line) => line !== '').length, 1);
  });

  it('a wrong site file ends with its line, column and fix', async () => {
    const wrong = join(files.folder, 'wrong.yaml');
    writeFileSync(wrong, 'site: { id: x, name: X }\nareas:\n  - { id: hall, nmae: Hall }\n');
    const run = new Program(['run', '--site', wrong, '--data', join(files.folder, 'third')]);
    await run.line(/wrong\.yaml:3:17: areas\[0\]: unknown field "nmae"\. Fix: write "name"/);
  });
});

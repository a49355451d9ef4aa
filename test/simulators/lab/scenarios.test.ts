import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { readLabConfiguration } from '../../../simulators/lab/configuration.ts';
import { controlApp } from '../../../simulators/lab/control.ts';
import { play, readScenarios } from '../../../simulators/lab/scenario.ts';
import type { Scenario } from '../../../simulators/lab/scenario.ts';
import type { Simulator, SimulatorDefinition } from '../../../simulators/simulator.ts';
import { freePorts } from '../../support/free-ports.ts';
import { until } from '../../support/until.ts';

const folder = join(import.meta.dirname, '..', '..', '..', 'simulators');
const scenarioFiles = readdirSync(join(folder, 'scenarios')).map((file) => file.replace(/\.yaml$/, ''));
/** So many times faster than in the lab: the longest takes a second. */
const FASTER = 60;
/** Over by themselves. */
const momentary = new Set(['reset', 'reboot', 'subscription-lost']);

describe('the scenarios of the lab', function () {
  this.timeout(60_000);
  const secrets = mkdtempSync(join(tmpdir(), 'sallyport-scenarios-'));
  /** Which simulator each is, by its identifier. */
  const kinds = new Map<string, string>();
  const simulators = new Map<string, Simulator>();
  const stopping = new AbortController();
  let scenarios: readonly Scenario[];
  let control: Server;

  // The lab's own simulators, on ports that are free. Nobody listens where they dial.
  before(async () => {
    const [receiver = 0] = await freePorts(1);
    for (const { id, simulator, broadcast: _broadcast, ...options } of readLabConfiguration(join(folder, 'lab.yaml'), secrets).simulators) {
      const module = (await import(pathToFileURL(join(folder, simulator, 'index.ts')).href)) as { default: SimulatorDefinition };
      const dials = simulator === 'sia-panel' || simulator === 'webhook';
      const ports = simulator === 'onvif-camera' ? { httpPort: 0, rtspPort: 0, discovery: false } : { port: dials ? receiver : 0 };
      kinds.set(id, simulator);
      simulators.set(id, module.default.create(id, { ...options, ...ports }));
    }
    scenarios = readScenarios(join(folder, 'scenarios'), simulators);
    for (const simulator of simulators.values()) await simulator.start();
    control = createServer(controlApp(simulators, scenarios, stopping.signal)).listen(0, '127.0.0.1');
    await until('the control interface', () => control.listening);
  });
  after(async () => {
    stopping.abort(new Error('the test is over'));
    control.close();
    for (const simulator of simulators.values()) await simulator.stop();
    rmSync(secrets, { recursive: true, force: true });
  });

  for (const name of scenarioFiles) {
    it(`${name} plays to its end`, async () => {
      const scenario = scenarios.find((each) => each.name === name);
      assert.ok(scenario);
      await play(scenario, simulators, stopping.signal, FASTER);
    });
  }

  it('end the faults that they begin', () => {
    for (const { name, steps } of scenarios) {
      const lasting = new Set<string>();
      for (const { simulator, fault } of [...steps].sort((a, b) => parseFloat(a.at) - parseFloat(b.at))) {
        if (fault === 'clear') lasting.delete(simulator);
        else if (fault !== undefined && !momentary.has(fault)) lasting.add(simulator);
      }
      assert.deepEqual([...lasting], [], name);
    }
  });

  it('let something go wrong with every kind of hardware of the lab', () => {
    const faulty = new Set(scenarios.flatMap(({ steps }) => steps.flatMap((step) => (step.fault === undefined ? [] : [kinds.get(step.simulator)]))));
    assert.deepEqual([...faulty].sort(), [...new Set(kinds.values())].sort());
  });

  it('are started by name over HTTP, as are the faults of each simulator', async () => {
    const url = `http://127.0.0.1:${(control.address() as AddressInfo).port}`;
    const answer = async (path: string) => {
      const response = await fetch(url + path, { method: 'POST' });
      return `${response.status} ${await response.text()}`;
    };
    const post = async (path: string) => Number.parseInt(await answer(path));
    const listed = (await (await fetch(`${url}/scenarios`)).json()) as { name: string }[];
    assert.deepEqual(listed.map(({ name }) => name).sort(), [...scenarioFiles].sort());
    assert.equal(await post('/scenarios/panic'), 202);
    assert.equal(await post('/scenarios/earthquake'), 404);
    for (const { id, faults } of simulators.values()) {
      for (const fault of [...Object.keys(faults), 'clear'])
        assert.match(await answer(`/simulators/${id}/faults/${fault}`), /^200 /, `${id} ${fault}`);
    }
  });
});

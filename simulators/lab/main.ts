import { once } from 'node:events';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import type { Simulator, SimulatorDefinition } from '../simulator.ts';
import { readLabConfiguration } from './configuration.ts';
import { controlApp } from './control.ts';
import { readScenarios } from './scenario.ts';

// The simulated hardware of the lab site, as a process of its own: `npm run simulators`.
// When it is started by another process it tells that one "ready", and stops when that one is gone.

const simulatorsFolder = join(import.meta.dirname, '..');
const { values } = parseArgs({
  options: {
    config: { type: 'string', default: join(simulatorsFolder, 'lab.yaml') },
    secrets: { type: 'string', default: join(simulatorsFolder, '..', 'data', 'lab') },
  },
});

const stopping = new AbortController();
const configuration = readLabConfiguration(values.config, values.secrets);
const simulators = new Map<string, Simulator>();
for (const { id, simulator, ...options } of configuration.simulators) {
  const module = (await import(pathToFileURL(join(simulatorsFolder, simulator, 'index.ts')).href)) as { default: SimulatorDefinition };
  simulators.set(id, module.default.create(id, options));
}
const scenarios = configuration.scenarios ? readScenarios(join(simulatorsFolder, 'scenarios'), simulators) : [];
const control = createServer(controlApp(simulators, scenarios, stopping.signal));

async function stop(code: number): Promise<never> {
  stopping.abort(new Error('the lab is stopping'));
  control.closeAllConnections();
  control.close();
  await Promise.allSettled([...simulators.values()].map((simulator) => simulator.stop()));
  process.exit(code);
}
process.once('SIGINT', () => void stop(0));
process.once('SIGTERM', () => void stop(0));
process.once('disconnect', () => void stop(0));

try {
  await Promise.all([...simulators.values()].map((simulator) => simulator.start()));
  control.listen(configuration.control.port, configuration.control.host);
  await once(control, 'listening');
} catch (error) {
  console.error(`the lab cannot start: ${(error as Error).message}`);
  await stop(1);
}
process.send?.('ready');
if (process.send === undefined) {
  console.log(`${simulators.size} simulators run; control at http://${configuration.control.host}:${configuration.control.port}. Ctrl-C stops them.`);
}

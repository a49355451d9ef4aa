import express from 'express';
import type { NextFunction, Request, Response } from 'express';
import type { Simulator } from '../simulator.ts';
import { play } from './scenario.ts';
import type { Scenario } from './scenario.ts';

const PAGED_KEPT = 100;

/**
 * The lab's control interface: what simulators there are, and HTTP calls that start a scenario, a stimulus or a fault.
 * It has no password, so it is bound to the loopback and refuses whatever comes from a browser's page.
 */
export function controlApp(simulators: ReadonlyMap<string, Simulator>, scenarios: readonly Scenario[], signal: AbortSignal): express.Express {
  const app = express();
  app.disable('x-powered-by');
  app.use((request, response, next) => {
    if (request.headers.origin === undefined) next();
    else response.status(403).json({ message: 'pages may not control the lab' });
  });
  app.use(express.json());

  app.get('/scenarios', (_request, response) => {
    response.json(scenarios.map(({ name, title, story }) => ({ name, title, story })));
  });
  app.post('/scenarios/:name', (request, response) => {
    const scenario = scenarios.find(({ name }) => name === request.params.name);
    if (scenario === undefined) {
      response
        .status(404)
        .json({ message: `there is no scenario "${request.params.name}"; there are ${scenarios.map(({ name }) => name).join(', ')}` });
      return;
    }
    play(scenario, simulators, signal).catch((error: unknown) => {
      if (!signal.aborted) console.error(`scenario ${scenario.name}: ${String(error)}`);
    });
    response.status(202).json({ started: scenario.name, title: scenario.title });
  });

  app.get('/simulators', (_request, response) => {
    const described = [...simulators.values()].map(({ id, stimuli, faults }) => ({ id, stimuli: Object.keys(stimuli), faults: Object.keys(faults) }));
    response.json(described);
  });
  for (const what of ['stimuli', 'faults'] as const) {
    app.post(`/simulators/:id/${what}/:name`, async (request, response) => {
      const action = simulators.get(request.params.id)?.[what][request.params.name];
      if (action === undefined) {
        response.status(404).json({ message: `there is no ${request.params.id} that knows "${request.params.name}": see GET /simulators` });
        return;
      }
      await action((request.body ?? {}) as Record<string, string | number | boolean>);
      response.json({ done: request.params.name });
    });
  }

  // Takes messages to the chain of command: the pager of a lab that has nobody to wake.
  const paged: unknown[] = [];
  app.post('/pager', (request, response) => {
    paged.push(request.body);
    if (paged.length > PAGED_KEPT) paged.shift();
    response.status(204).end();
  });
  app.get('/pager', (_request, response) => void response.json(paged));
  app.use((error: Error, _request: Request, response: Response, _next: NextFunction) => {
    response.status(400).json({ message: error.message });
  });
  return app;
}

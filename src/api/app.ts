import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import express from 'express';
import helmet from 'helmet';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { Accounts, Principal } from '../access/accounts.ts';
import type { Tickets } from '../access/tickets.ts';
import { Refusal } from '../desk/operations.ts';
import { authenticator, principalOf, requirePrincipal, sessionRoutes } from './authentication.ts';
import { route } from './endpoint.ts';
import type { Endpoint } from './endpoint.ts';
import { openApi } from './openapi.ts';
import { ticketGate } from './routes/tickets.ts';

export interface ApiOptions {
  readonly accounts: Accounts;
  /** Admit browsers to downloads. */
  readonly tickets: Tickets;
  readonly endpoints: readonly Endpoint[];
  readonly metrics: Registry;
  /** Why the gateway cannot do its work right now; empty when it can. */
  readonly problems: () => readonly string[];
  /** What somebody should look at although it can. */
  readonly notices: () => readonly string[];
  /** Path of an incident's recording by a camera, if there is one. */
  readonly evidence: (incident: string, camera: string) => Promise<string | undefined>;
  /** Serves single pictures to whoever is signed in. */
  readonly pictures: express.Router;
  readonly signedIn: (principal: Principal, what: string) => void;
  /** Folder of the built console. */
  readonly consoleFolder: string;
  readonly version: string;
  readonly log: Logger;
}

const statusOf: Record<Refusal['code'], number> = { invalid: 400, forbidden: 403, unknown: 404, conflict: 409, 'look-again': 409, failed: 502 };

/** The HTTP side of the gateway: the REST interface under /api/v1, health and metrics, and the console's files. */
export function createApp(options: ApiOptions): express.Express {
  const { accounts, tickets, endpoints, metrics, problems, notices, evidence, pictures, signedIn, consoleFolder, version, log } = options;
  const signedInOnly = requirePrincipal(authenticator(accounts));
  const app = express();
  app.set('trust proxy', 'loopback');
  app.disable('x-powered-by');
  app.use(
    helmet({
      contentSecurityPolicy: { directives: { connectSrc: ["'self'"], mediaSrc: ["'self'", 'blob:'], upgradeInsecureRequests: null } },
      hsts: false,
    }),
  );

  app.get('/healthz', (_request, response) => void response.json({ status: 'ok' }));
  app.get('/readyz', (_request, response) => {
    const found = problems();
    response.status(found.length === 0 ? 200 : 503).json({ status: found.length === 0 ? 'ready' : 'not ready', problems: found, notices: notices() });
  });
  app.get('/metrics', loopbackOr(signedInOnly), async (_request, response) => {
    response.type(metrics.contentType).send(await metrics.metrics());
  });

  const api = express.Router();
  // A site file is longer than any other request.
  api.use(['/site/check', '/replay'], express.json({ limit: '4mb' }));
  api.use(express.json({ limit: '100kb' }));
  api.use(refuseOtherOrigins);
  api.use(sessionRoutes(accounts, signedIn));
  api.get('/openapi.json', (_request, response) => void response.json(openApi(endpoints, version)));
  api.use(signedInOnly);
  route(api, endpoints, principalOf);
  api.use(ticketGate(tickets));
  api.get('/incidents/:id/video/:camera.mp4', async (request, response) => {
    const file = await evidence(request.params.id, request.params.camera);
    if (file === undefined) throw new Refusal('unknown', `no recording of ${request.params.camera} is kept for incident ${request.params.id}`);
    response.type('video/mp4').sendFile(file);
  });
  api.use(pictures);
  api.use((request) => {
    throw new Refusal('unknown', `there is no ${request.method} ${request.originalUrl.split('?', 1)[0] ?? ''}: see /api/v1/openapi.json`);
  });
  api.use(answerErrors(log));
  app.use('/api/v1', api);

  app.use(express.static(consoleFolder, { index: false, maxAge: 0 }));
  app.get('/', (_request, response) => {
    const page = join(consoleFolder, 'index.html');
    if (existsSync(page)) response.sendFile(page);
    else response.status(503).type('text').send('The console is not built: run "npm run build", then restart the gateway.');
  });
  return app;
}

/** A monitoring agent on the same machine needs no token. */
function loopbackOr(otherwise: RequestHandler): RequestHandler {
  return (request, response, next) => {
    const local = request.ip === '127.0.0.1' || request.ip === '::1' || request.ip === '::ffff:127.0.0.1';
    if (local) next();
    else void otherwise(request, response, next);
  };
}

/** SameSite already keeps the cookie from other sites' pages; this also refuses pages of another port of the same host. */
function refuseOtherOrigins(request: Request, _response: Response, next: NextFunction): void {
  const { origin } = request.headers;
  if (origin !== undefined && (!URL.canParse(origin) || new URL(origin).host !== request.headers.host)) {
    throw new Refusal('forbidden', 'requests from pages of another origin are refused');
  }
  next();
}

function answerErrors(log: Logger) {
  return (error: Error & { status?: number }, _request: Request, response: Response, next: NextFunction): void => {
    if (response.headersSent) return next(error);
    if (error instanceof Refusal) {
      response.status(statusOf[error.code]).json({ code: error.code, message: error.message });
      return;
    }
    // The body parser's errors carry a status below 500.
    const status = error.status !== undefined && error.status < 500 ? error.status : 500;
    if (status === 500) log.error({ err: error }, 'a request failed');
    response
      .status(status)
      .json(status === 500 ? { code: 'internal', message: 'an internal error was logged' } : { code: 'invalid', message: error.message });
  };
}

import type { Connection, ServedPoint } from '../../../src/adapter/contract.ts';
import webhook from '../../../adapters/webhook/index.ts';
import { TestHost } from '../../support/adapter-host.ts';

export const TOKEN = 'token-of-the-tests';
export const KEY = 'key-of-the-tests';

export const mappings = [
  { when: 'payload.type == "open" || payload.type == "closed"', event: 'door.open', phase: 'payload.type == "open"', point: 'payload.door' },
  {
    when: 'payload.type == "granted"',
    event: 'access.granted',
    point: 'payload.door',
    occurredAt: 'payload.time',
    details: { credential: 'payload.credential' },
  },
];

export const doors: readonly ServedPoint[] = [
  { id: 'door-a', type: 'door', name: 'Door A', at: { key: 'A' } },
  { id: 'door-b', type: 'door', name: 'Door B', at: {} },
];

export interface Listening {
  readonly host: TestHost;
  readonly connection: Connection;
  readonly port: number;
  readonly url: string;
}

/** Listens as the gateway does, on a free port, with the secrets of the tests. */
export async function listen(options: Record<string, unknown> = {}, points = doors, host = new TestHost(points)): Promise<Listening> {
  process.env['WEBHOOK_TEST_TOKEN'] = TOKEN;
  process.env['WEBHOOK_TEST_KEY'] = KEY;
  const parsed = webhook.options.parse({ port: 0, token: { env: 'WEBHOOK_TEST_TOKEN' }, mappings, ...options });
  const connection = await webhook.connect(parsed, host);
  const port = Number(/:(\d+)\//.exec(host.onlineDetail ?? '')?.[1]);
  return { host, connection, port, url: `http://127.0.0.1:${port}/` };
}

import { aborted } from '../../src/adapter/aborted.ts';
import { defineAdapter } from '../../src/adapter/contract.ts';
import { keyedAddress, mappableKinds } from '../../src/adapter/mapping/schema.ts';
import { Inbox } from './inbox.ts';
import { listen } from './listener.ts';
import type { Listener } from './listener.ts';
import { webhookOptions } from './options.ts';
import type { WebhookOptions } from './options.ts';
import { Reception } from './reception.ts';

/** Systems that post their events by HTTP: this end listens. */
export default defineAdapter<WebhookOptions>({
  name: 'webhook',
  summary: 'Systems that post their events as JSON by HTTP (webhooks), with a token or a signature; by mappings in the site file',
  kinds: mappableKinds,
  options: webhookOptions,
  points: { door: keyedAddress, reader: keyedAddress, camera: keyedAddress, panel: keyedAddress, zone: keyedAddress },

  async connect(options, host) {
    const secrets = {
      ...(options.token !== undefined && { token: await host.secret(options.token) }),
      ...(options.hmac !== undefined && { hmac: await host.secret(options.hmac.secret) }),
    };
    const reception = new Reception(options, secrets, new Inbox(host, options), host);
    const listener = await listen(options, reception);
    host.online(`listening on ${options.host}:${listener.port}${options.path}`);
    return { done: untilOver(listener, host.signal) };
  },
});

async function untilOver(listener: Listener, signal: AbortSignal): Promise<void> {
  try {
    await Promise.race([aborted(signal), listener.failed]);
  } finally {
    await listener.close();
  }
}

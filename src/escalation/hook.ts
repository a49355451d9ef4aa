import { createHash } from 'node:crypto';
import type { Clock } from '../domain/clock.ts';
import type { AlarmPicture, Channel, FindAlarmPicture } from './channel.ts';
import { ATTEMPT_MS } from './channel.ts';
import { signedHeaders } from './signature.ts';

export interface HookOptions {
  readonly url: string;
  readonly secret: () => Promise<string>;
  readonly siteId: string;
  readonly clock: Clock;
  readonly picture: FindAlarmPicture;
  /** Where people reach the console. */
  readonly console?: string;
}

/** Tells by a POST that is signed as Standard Webhooks say. */
export function hookChannel({ url, secret, siteId, clock, picture, console }: HookOptions): Channel {
  return {
    compose({ id, kind, title, reason, priority, openedAt, point, areas }) {
      const data = { site: siteId, incident: id, kind, title, reason, priority, openedAt: new Date(openedAt).toISOString(), point, areas };
      return JSON.stringify({ type: 'incident.unacknowledged', timestamp: new Date(clock.now()).toISOString(), data });
    },
    async send({ id, incident, body: composed }, signal) {
      const found = await picture(incident);
      const body = found === undefined ? composed : withPicture(composed, found, console);
      const headers = signedHeaders(id, Math.floor(clock.now() / 1000), body, await secret());
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body,
        redirect: 'error',
        signal: AbortSignal.any([signal, AbortSignal.timeout(ATTEMPT_MS)]),
      }).catch((cause: unknown) => {
        const late = cause instanceof Error && cause.name === 'TimeoutError';
        throw new Error(late ? 'it does not answer in time' : 'it cannot be reached', { cause });
      });
      await response.body?.cancel();
      if (!response.ok) throw new Error(`it answered with status ${response.status}`);
    },
  };
}

/** Under the same signature: the picture itself is fetched from where the link points, by those who may, and is the one whose hash this is. */
function withPicture(composed: string, { bytes, path }: AlarmPicture, console: string | undefined): string {
  const message = JSON.parse(composed) as { readonly data: object };
  const url = console === undefined ? path : new URL(path, console).href;
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return JSON.stringify({ ...message, data: { ...message.data, picture: { type: 'image/jpeg', url, bytes: bytes.length, sha256 } } });
}

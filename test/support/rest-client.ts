import type { SecurityEvent } from '../../src/domain/event.ts';
import type { DeviceState } from '../../src/desk/schemas.ts';
import type { Incident } from '../../src/domain/incident.ts';
import { LAB_PASSWORD } from './lab.ts';

/** The REST interface as a dispatcher of the lab uses it. */
export class RestClient {
  readonly #url: string;
  readonly cookie: string;

  private constructor(url: string, cookie: string) {
    this.#url = url;
    this.cookie = cookie;
  }

  static async signIn(url: string, name = 'dispatcher'): Promise<RestClient> {
    const response = await fetch(`${url}/api/v1/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name, password: LAB_PASSWORD }),
    });
    if (!response.ok) throw new Error(`sign-in: ${await response.text()}`);
    return new RestClient(url, response.headers.getSetCookie()[0]?.split(';')[0] ?? '');
  }

  /** @throws Error with the answer unless its status is 200. */
  async call<T>(method: 'GET' | 'POST', path: string, body?: unknown): Promise<T> {
    const response = await fetch(`${this.#url}/api/v1${path}`, {
      method,
      headers: { cookie: this.cookie, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }

  incidents = async (): Promise<Incident[]> => (await this.call<{ incidents: Incident[] }>('GET', '/incidents?state=all')).incidents;
  events = async (query = ''): Promise<SecurityEvent[]> => (await this.call<{ events: SecurityEvent[] }>('GET', `/events?limit=1000${query}`)).events;
  devices = async (): Promise<DeviceState[]> => (await this.call<{ devices: DeviceState[] }>('GET', '/devices')).devices;
  device = async (id: string): Promise<DeviceState | undefined> => (await this.devices()).find(({ device }) => device === id);
}

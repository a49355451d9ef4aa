import type { Clock } from '../domain/clock.ts';
import type { SiteView } from './schemas.ts';

const ASK_AGAIN_MS = 2000;
const ANSWER_WITHIN_MS = 5000;

/** The control interface of the lab's simulators, seen from the gateway. A real site has none. */
export class LabControl {
  scenarios: SiteView['scenarios'] = [];
  readonly #url: string;
  readonly #clock: Clock;
  #cancel: () => void = () => undefined;
  #closed = false;

  constructor(url: string, clock: Clock) {
    this.#url = url;
    this.#clock = clock;
  }

  /** Asks what scenarios there are, again and again until the simulators have started. */
  async open(): Promise<void> {
    try {
      const response = await this.#fetch('GET', '/scenarios');
      this.scenarios = (await response.json()) as SiteView['scenarios'];
    } catch {
      if (!this.#closed) this.#cancel = this.#clock.after(ASK_AGAIN_MS, () => void this.open());
    }
  }

  close(): void {
    this.#closed = true;
    this.#cancel();
  }

  /** @throws Error with what the lab answered. */
  async start(scenario: string): Promise<void> {
    const response = await this.#fetch('POST', `/scenarios/${encodeURIComponent(scenario)}`);
    if (response.ok) return;
    const { message } = (await response.json()) as { message: string };
    throw new Error(message);
  }

  #fetch(method: string, path: string): Promise<Response> {
    return fetch(new URL(path, this.#url), { method, signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
  }
}

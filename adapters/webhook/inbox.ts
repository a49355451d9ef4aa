import type { AdapterHost } from '../../src/adapter/contract.ts';
import { readyMapping } from '../../src/adapter/mapping/check.ts';
import type { CompiledMapping } from '../../src/adapter/mapping/mapping.ts';
import { PointIndex } from '../../src/adapter/mapping/point-index.ts';
import type { DeviceSignal } from '../../src/domain/event.ts';
import { variables } from './options.ts';
import type { WebhookOptions } from './options.ts';

const RAW_CHARACTERS = 2048;
const LONGEST_LIST = 1000;

/** What a body says. */
export interface Contents {
  readonly signals: readonly DeviceSignal[];
  readonly problems: readonly string[];
}

/** Makes events of bodies. */
export class Inbox {
  readonly #points: PointIndex;
  readonly #mappings: readonly CompiledMapping[];
  readonly #offsetKnown: boolean;

  /** @throws ConfigurationError when a mapping does not fit the device's points. */
  constructor(host: AdapterHost, { mappings, clock, points: others }: Pick<WebhookOptions, 'mappings' | 'clock' | 'points'>) {
    const points = new PointIndex(host, others);
    this.#points = points;
    this.#mappings = mappings.map((mapping) => readyMapping(mapping, variables, points));
    this.#offsetKnown = clock === 'synchronized';
  }

  /** `requestKey`: what identifies the request, so that an event without a key of its own is not taken twice when the request is repeated. */
  read(body: unknown, headers: Readonly<Record<string, string>>, requestKey: string | undefined): Contents {
    const messages: readonly unknown[] = Array.isArray(body) ? body : [body];
    if (messages.length > LONGEST_LIST) return { signals: [], problems: [`a list of ${messages.length} messages; at most ${LONGEST_LIST} are read`] };
    const mapped = messages.flatMap((payload) => {
      const raw = JSON.stringify(payload).slice(0, RAW_CHARACTERS);
      return this.#mappings.map((mapping) => {
        const { signal, problems } = mapping.apply({ payload, headers, points: this.#points.names }, this.#points);
        return { problems, signals: signal === undefined ? [] : [this.#stamped({ ...signal, raw })] };
      });
    });
    const signals = mapped.flatMap((each) => each.signals);
    return {
      signals: requestKey === undefined ? signals : signals.map((signal, index) => ({ repeatKey: `${requestKey} ${index}`, ...signal })),
      problems: mapped.flatMap(({ problems }) => problems),
    };
  }

  #stamped(signal: DeviceSignal): DeviceSignal {
    return this.#offsetKnown && signal.occurredAt !== undefined ? { ...signal, clockOffsetMs: 0 } : signal;
  }
}

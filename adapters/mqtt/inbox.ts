import type { AdapterHost } from '../../src/adapter/contract.ts';
import { readyMapping } from '../../src/adapter/mapping/check.ts';
import { parseJson, text } from '../../src/adapter/mapping/json.ts';
import type { CompiledMapping } from '../../src/adapter/mapping/mapping.ts';
import type { PointIndex } from '../../src/adapter/mapping/point-index.ts';
import type { DeviceSignal } from '../../src/domain/event.ts';
import { variablesOf } from './topic-mapping.ts';
import type { Availability, Payload, TopicMapping } from './topic-mapping.ts';
import { matchTopic } from './topics.ts';

/** A message as the broker delivered it. */
export interface Message {
  readonly topic: string;
  readonly payload: Uint8Array;
  /** Delivered because of the subscription, not because it was published just now (MQTT 3.1.1, 3.3.1.3). */
  readonly retained: boolean;
}

const LARGEST_BYTES = 1024 * 1024;
const RAW_CHARACTERS = 2048;

interface Entry {
  readonly topic: string;
  readonly payload: Payload;
  readonly mapping: CompiledMapping;
}

/** Makes events of messages. What cannot be understood is counted, and is no event. */
export class Inbox {
  readonly #host: AdapterHost;
  readonly #points: PointIndex;
  readonly #entries: readonly Entry[];
  readonly #offsetKnown: boolean;

  /** @throws ConfigurationError when a mapping does not fit the device's points. */
  constructor(host: AdapterHost, points: PointIndex, mappings: readonly TopicMapping[], clock: 'untrusted' | 'synchronized') {
    this.#host = host;
    this.#points = points;
    this.#entries = mappings.map((mapping) => ({
      topic: mapping.topic,
      payload: mapping.payload,
      mapping: readyMapping(mapping, variablesOf(mapping.payload), points),
    }));
    this.#offsetKnown = clock === 'synchronized';
  }

  signals(message: Message): DeviceSignal[] {
    const { topic, payload } = message;
    // An empty message on a retained topic clears it (3.3.1.3): there is nothing in it to read.
    if (payload.length === 0 && this.#entries.every((entry) => entry.payload !== 'text')) return [];
    if (payload.length > LARGEST_BYTES) {
      this.#host.malformed(payload, `${topic}: a message of ${payload.length} bytes; at most ${LARGEST_BYTES} are read`);
      return [];
    }
    const decoded = new Decoded(payload);
    return this.#entries.flatMap((entry) => {
      const wildcards = matchTopic(entry.topic, topic);
      if (wildcards === undefined || (payload.length === 0 && entry.payload === 'json')) return [];
      const content = decoded.as(entry.payload);
      if ('reason' in content) {
        this.#host.malformed(payload, `${topic}: ${content.reason}`);
        return [];
      }
      const { signal, problems } = entry.mapping.apply({ topic, wildcards, payload: content.value, points: this.#points.names }, this.#points);
      for (const problem of problems) this.#host.malformed(payload, `${topic}: ${problem}`);
      return signal === undefined ? [] : this.#stamped(signal, message, entry.payload);
    });
  }

  #stamped(signal: DeviceSignal, { payload, retained }: Message, kind: Payload): DeviceSignal[] {
    // What is retained was said at some time before: a state still stands, a moment is over.
    if (retained && signal.phase === 'momentary') return [];
    return [
      {
        ...signal,
        ...(retained && { initial: true as const }),
        ...(this.#offsetKnown && signal.occurredAt !== undefined && { clockOffsetMs: 0 }),
        ...(kind !== 'binary' && { raw: text(payload).slice(0, RAW_CHARACTERS) }),
      },
    ];
  }
}

/** Each form of a message's content, decoded once however many mappings want it. */
class Decoded {
  readonly #payload: Uint8Array;
  readonly #forms = new Map<Payload, { readonly value: unknown } | { readonly reason: string }>();

  constructor(payload: Uint8Array) {
    this.#payload = payload;
  }

  as(form: Payload): { readonly value: unknown } | { readonly reason: string } {
    const known = this.#forms.get(form);
    if (known !== undefined) return known;
    const decoded = this.#decode(form);
    this.#forms.set(form, decoded);
    return decoded;
  }

  #decode(form: Payload): { readonly value: unknown } | { readonly reason: string } {
    try {
      return { value: form === 'json' ? parseJson(this.#payload) : form === 'text' ? text(this.#payload) : this.#payload };
    } catch (error) {
      return { reason: `not ${form}: ${(error as Error).message}` };
    }
  }
}

/** An availability topic as the mapping that it stands for. */
export function availabilityMapping({ topic, online, offline, point }: Availability, device: string): TopicMapping {
  const [isOnline, isOffline] = [online, offline].map((word) => `payload == ${JSON.stringify(word)}`);
  return {
    topic,
    payload: 'text',
    when: `${isOnline} || ${isOffline}`,
    event: 'device.offline',
    phase: isOffline ?? '',
    point: point ?? device,
    details: {},
  };
}

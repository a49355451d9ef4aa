import type { AdapterHost } from '../../src/adapter/contract.ts';
import { Outbox } from '../../src/adapter/outbox.ts';
import type { EpochMs } from '../../src/domain/clock.ts';
import type { DeviceSignal, Phase } from '../../src/domain/event.ts';
import type { PointId } from '../../src/domain/point.ts';
import type { Notification } from './notifications.ts';
import { topicPath } from './topics.ts';
import type { Topic } from './topics.ts';

/** More properties than a camera has; one that invents names for ever is followed no further. */
const MAX_PROPERTIES = 1_000;

/** Data items of Access Control, 6, and others, in the words of this gateway. */
const detailNames: Readonly<Record<string, string>> = {
  CredentialToken: 'credential',
  CredentialHolderName: 'holder',
  Card: 'card',
  Reason: 'reason',
  External: 'external',
  ObjectId: 'object',
  ClassTypes: 'label',
};

/** What the message says besides the state. */
function dataDetails({ kind, item }: Topic, { data }: Notification): Record<string, string> {
  const known = [...data].flatMap(([name, value]) => (name in detailNames && value !== '' ? [[detailNames[name] ?? name, value] as const] : []));
  return { ...Object.fromEntries(known), ...(kind === 'door.mode' && { mode: data.get(item) ?? '' }) };
}

const MAX_HAPPENED = 64;

/** One property of the camera: a topic, for one source. */
interface Property {
  readonly point: PointId;
  readonly topic: Topic;
  phase: Phase;
  /** When it was told last, by the camera's clock. */
  toldAt?: EpochMs;
  /** The same, by a clock of ours that never jumps. */
  heardAtMs: number;
}

/**
 * What is known of the camera's properties while the link stands, and what of their messages is news, which goes to the journal in its order.
 */
export class PropertyStates {
  readonly #host: AdapterHost;
  readonly #outbox: Outbox;
  readonly #clockOffsetMs: () => number;
  readonly #properties = new Map<string, Property>();
  /** The latest messages of what has no end, as they were: a post that was not answered in time comes again. */
  readonly #happened = new Set<string>();

  constructor(host: AdapterHost, signal: AbortSignal, clockOffsetMs: () => number) {
    this.#host = host;
    this.#outbox = new Outbox(host, signal);
    this.#clockOffsetMs = clockOffsetMs;
  }

  /** Puts what is news in the message on its way to the journal. */
  take(point: PointId, topic: Topic, message: Notification & { readonly raw: string }, phase: Phase): void {
    if (phase === 'momentary') {
      this.#tell(point, topic, message);
      return;
    }
    const key = [point, topic.kind, topicPath(message.topic), ...[...message.source].flat()].join('\n');
    const property = this.#properties.get(key) ?? { point, topic, phase: 'momentary' as const, heardAtMs: 0 };
    const before = this.#phaseOf(property);
    // A post that was not answered in time comes again.
    if (before === phase && message.operation !== 'Initialized' && message.utcTime !== undefined && message.utcTime === property.toldAt) return;
    if (message.utcTime !== undefined) property.toldAt = message.utcTime;
    // Initialized is a state that was read, unless we knew it otherwise: then it changed while the subscription was made anew.
    const read = message.operation === 'Initialized' && (before === 'momentary' || before === 'uncertain');
    const known = message.operation === 'Initialized' && before === phase;
    this.#remember(key, property, phase);
    const { uncertainAfterMs } = topic;
    const signal = { kind: topic.kind, point, phase, ...(phase === 'raised' && uncertainAfterMs !== undefined && { uncertainAfterMs }) };
    if (!known && !this.#saidByAnother(property, read))
      this.#outbox.put({ ...signal, ...this.#told(topic, message), ...(read && { initial: true }) });
    // No news, but that it stands still.
    else if (signal.uncertainAfterMs !== undefined) this.#outbox.put({ ...signal, initial: true });
  }

  /** What has no end. A device that tells it again on subscribing (a door's mode) tells no news. */
  #tell(point: PointId, topic: Topic, message: Notification & { readonly raw: string }): void {
    const known = `${point} ${topic.kind} ${message.raw}`;
    if (message.operation === 'Initialized' || (message.utcTime !== undefined && this.#happened.has(known))) return;
    this.#happened.add(known);
    for (const oldest of this.#happened) if (this.#happened.size > MAX_HAPPENED) this.#happened.delete(oldest);
    this.#outbox.put({ kind: topic.kind, point, phase: 'momentary', ...this.#told(topic, message) });
  }

  #told(topic: Topic, message: Notification & { readonly raw: string }): Pick<DeviceSignal, 'occurredAt' | 'clockOffsetMs' | 'details' | 'raw'> {
    return {
      ...(message.utcTime !== undefined && { occurredAt: message.utcTime, clockOffsetMs: this.#clockOffsetMs() }),
      details: { ...Object.fromEntries(message.source), ...dataDetails(topic, message), topic: message.topic, cause: topic.cause },
      raw: message.raw,
    };
  }

  /** Reports after everything that was handed in before; resolves when the journal has been asked. @throws as `offered` does. */
  report(signal: DeviceSignal): Promise<void> {
    this.#outbox.put(signal);
    return this.offered();
  }

  /** Resolves when the journal has been asked to take all of it, as it may refuse to. @throws when the connection ends before, or too much waits. */
  offered(): Promise<void> {
    return this.#outbox.offered();
  }

  /** Resolves when all of it is on disk. @throws when the connection ends before, or too much waits. */
  flushed(): Promise<void> {
    return this.#outbox.flushed();
  }

  /** Cameras send motion by several topics at once: the second says nothing new, and one that ends is not the end of the other. */
  #saidByAnother(property: Property, read: boolean): boolean {
    // Two inputs of one device are two things.
    if (property.topic.about === 'device') return false;
    const others = [...this.#properties.values()]
      .filter((other) => other !== property && other.point === property.point && other.topic.kind === property.topic.kind)
      .map((other) => ({ phase: this.#phaseOf(other), cause: other.topic.cause }));
    if (property.phase === 'raised') return others.some(({ phase, cause }) => phase === 'raised' && cause === property.topic.cause);
    return others.some(({ phase }) => phase === 'raised' || (read && phase === property.phase));
  }

  #remember(key: string, property: Property, phase: Phase): void {
    property.phase = phase;
    property.heardAtMs = this.#host.clock.monotonicMs();
    if (this.#properties.has(key) || this.#properties.size < MAX_PROPERTIES) this.#properties.set(key, property);
  }

  /** A property whose restore is overdue stands no longer, and is no reason to leave out what another says. */
  #phaseOf({ phase, topic: { uncertainAfterMs = Infinity }, heardAtMs }: Property): Phase {
    return phase === 'raised' && this.#host.clock.monotonicMs() - heardAtMs >= uncertainAfterMs ? 'uncertain' : phase;
  }
}

import type { AdapterHost } from '../../src/adapter/contract.ts';
import type { ClockWatch } from './clock-watch.ts';
import type { SoapClient } from './client.ts';
import type { EventHealth } from './event-health.ts';
import type { Target } from './http.ts';
import type { ReadNotification } from './notifications.ts';
import type { Points } from './points.ts';
import type { PropertyStates } from './states.ts';
import { isWanted } from './subscribing.ts';
import { topicsOf } from './topics.ts';
import type { Topic } from './topics.ts';

/** One way by which a camera's events come, for as long as a subscription stands. */
export interface EventSource {
  /** Waits for what comes next; what it brought has been offered to the journal when it resolves. @throws when the subscription is of no use any more. */
  next(): Promise<void>;
  /** Gives the subscription back. Never throws. */
  end(): Promise<void>;
}

/** How events shall come. */
export interface EventOptions {
  readonly events: 'auto' | 'pull' | 'notify';
  readonly topics: readonly string[];
  readonly topicsPerSubscription?: number;
  readonly pullSeconds: number;
  readonly notifyAddress?: string;
  readonly notifyPort: number;
}

/** What becomes of messages. */
export interface Taking {
  readonly host: AdapterHost;
  readonly options: EventOptions;
  readonly points: Points;
  readonly states: PropertyStates;
  /** Topics that another subscription brings. */
  readonly elsewhere?: readonly string[];
}

export interface EventContext extends Taking {
  readonly client: SoapClient;
  /** The event service. */
  readonly events: Target;
  readonly signal: AbortSignal;
  readonly clockWatch: ClockWatch;
  readonly health: EventHealth;
}

/** Reports messages in their order; resolves when all have been offered to the journal, together. What cannot be read is counted. */
export async function takeAll(messages: readonly ReadNotification[], context: Taking): Promise<void> {
  for (const message of messages) {
    if ('unreadable' in message) context.host.malformed(message.raw, message.unreadable);
    else take(message, context);
  }
  await context.states.offered();
}

type Message = Exclude<ReadNotification, { unreadable: string }>;

function take(message: Message, { host, states, points, options, elsewhere = [] }: Taking): void {
  const { topic: name, operation, utcTime, source, data } = message;
  host.decoded?.({ name, content: { operation, utcTime, source: Object.fromEntries(source), data: Object.fromEntries(data) } });
  if (!isWanted(message.topic, options.topics) || (elsewhere.length > 0 && isWanted(message.topic, elsewhere))) return;
  for (const topic of topicsOf(message.topic)) {
    const reading = topic.reading(itemOf(message, topic));
    // A property that is deleted has no state any more (ONVIF Core, 9.4.1).
    const phase = reading !== 'momentary' && message.operation === 'Deleted' ? 'uncertain' : reading;
    if (phase === undefined) {
      host.malformed(message.raw, `${message.topic} without a readable ${topic.item}`);
      return;
    }
    if (phase === 'nothing') continue;
    for (const point of points.about(topic, message)) states.take(point, topic, message, phase);
  }
}

/** Some cameras name the item of another topic (IsMotion for State); where there is but one, it is meant. */
function itemOf({ data }: Message, { item, alsoCalled = [] }: Topic): string {
  const told = [item, ...alsoCalled].map((name) => data.get(name)).find((value) => value !== undefined);
  return told ?? (data.size === 1 ? [...data.values()][0] : undefined) ?? '';
}

import type { AdapterHost } from '../../src/adapter/contract.ts';
import { pause } from '../../src/domain/clock.ts';
import type { Phase } from '../../src/domain/event.ts';
import { camerasOf } from './cameras.ts';
import type { ServedCamera } from './cameras.ts';
import type { SoapClient } from './client.ts';
import type { ClockWatch } from './clock-watch.ts';
import type { Profile } from './device.ts';
import { sentence } from './errors.ts';
import type { Target } from './http.ts';
import type { Notification, ReadNotification } from './notifications.ts';
import { PullPoint } from './pull-point.ts';
import type { PropertyStates } from './states.ts';
import { stateOf, topicOf } from './topics.ts';

/** While the states are read, the camera need not wait for more. */
const FIRST_PULL_MS = 1_000;
const MAX_FIRST_PULLS = 20;
/** A camera that answers at once with nothing would be asked without end. */
const HASTY_MS = 500;
/** Events that had worked and cannot be had again by then: the connection is worth nothing and starts over. */
const MAX_FAILED_SUBSCRIPTIONS = 5;
const MAX_BACK_OFF_MS = 30_000;

export interface EventContext {
  readonly host: AdapterHost;
  readonly client: SoapClient;
  readonly events: Target;
  readonly signal: AbortSignal;
  readonly pullMs: number;
  readonly cameras: readonly ServedCamera[];
  readonly profiles: readonly Profile[];
  readonly states: PropertyStates;
  readonly clockWatch: ClockWatch;
}

/** Makes a subscription and reads every state. @throws whatever went wrong; no subscription is left behind then. */
export async function subscribe(context: EventContext): Promise<PullPoint> {
  const { client, host, signal, events, pullMs } = context;
  const pullPoint = await PullPoint.create(client, host.clock, signal, events, pullMs);
  try {
    for (let round = 0; round < MAX_FIRST_PULLS; round += 1) {
      const messages = await pullPoint.pull(FIRST_PULL_MS);
      await takeAll(messages, context);
      if (!messages.some((message) => 'operation' in message && message.operation === 'Initialized')) break;
    }
    return pullPoint;
  } catch (error) {
    await pullPoint.unsubscribe();
    throw error;
  }
}

/**
 * Pulls for as long as the connection stands. The next pull is made when everything of the last one is on disk: the camera's queue is all that holds
 * what came in the meantime, and it is bounded. Whatever goes wrong, the subscription is made anew and the states are read again.
 * `recovered` is called when events work that did not at first. @throws when the camera is gone, or its events are for good.
 */
export async function followEvents(context: EventContext, first: PullPoint | undefined, recovered: () => void): Promise<never> {
  const { host, signal, clockWatch, states } = context;
  let pullPoint = first;
  let worked = first !== undefined;
  let failures = worked ? 0 : 1;
  let failedSubscriptions = 0;
  for (;;) {
    try {
      if (failures > 1 || !worked) await pause(host.clock, Math.min(1_000 * 2 ** failures, MAX_BACK_OFF_MS), signal);
      pullPoint ??= await subscribe(context);
      if (!worked) recovered();
      worked = true;
      failedSubscriptions = 0;
      for (;;) {
        await pullOnce(pullPoint, context);
        failures = 0;
      }
    } catch (error) {
      failures += 1;
      if (pullPoint === undefined) failedSubscriptions += 1;
      await pullPoint?.unsubscribe();
      pullPoint = undefined;
      signal.throwIfAborted();
      host.log.debug({ err: error, failures }, 'the subscription to the events of the camera is made anew');
      if (worked && failedSubscriptions >= MAX_FAILED_SUBSCRIPTIONS) throw new Error(`no events any more: ${sentence(error)}`, { cause: error });
      // Tells a camera that is gone from one whose events fail, and credentials refused for the clock from others.
      await clockWatch.measure();
      await clockWatch.tell((event) => states.report(event));
    }
  }
}

async function pullOnce(pullPoint: PullPoint, context: EventContext): Promise<void> {
  const { clock } = context.host;
  await pullPoint.renewIfDue();
  const askedAtMs = clock.monotonicMs();
  const messages = await pullPoint.pull();
  await takeAll(messages, context);
  if (messages.length === 0 && clock.monotonicMs() - askedAtMs < HASTY_MS) await pause(clock, 1_000, context.signal);
}

async function takeAll(messages: readonly ReadNotification[], context: EventContext): Promise<void> {
  for (const message of messages) {
    if ('unreadable' in message) context.host.malformed(message.raw, message.unreadable);
    else await take(message, context);
  }
}

async function take(message: Notification & { readonly raw: string }, { host, states, cameras, profiles }: EventContext): Promise<void> {
  const topic = topicOf(message.topic);
  if (topic === undefined) return;
  const phase = phaseOf(message, topic.item);
  if (phase === undefined) {
    host.malformed(message.raw, `${message.topic} without a readable ${topic.item}`);
    return;
  }
  for (const camera of camerasOf(message.source, cameras, profiles)) await states.take(camera.id, topic, message, phase);
}

/** A property that is deleted has no state any more (ONVIF Core, 9.4.1). */
function phaseOf(message: Notification, item: string): Phase | undefined {
  if (message.operation === 'Deleted') return 'uncertain';
  // Some cameras name the item of another topic (IsMotion for State); where there is but one, it is meant.
  const told = message.data.get(item) ?? (message.data.size === 1 ? [...message.data.values()][0] : undefined);
  const state = stateOf(told ?? '');
  return state === undefined ? undefined : state ? 'raised' : 'restored';
}

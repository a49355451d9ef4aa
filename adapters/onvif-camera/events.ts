import { pause } from '../../src/domain/clock.ts';
import { isRefusal, sentence } from './errors.ts';
import type { EventContext, EventSource } from './event-source.ts';
import { NotifySource } from './notify-source.ts';
import { PullSource } from './pull-source.ts';
import { SeveralSources, topicGroups } from './several-sources.ts';

/** Events that had worked and cannot be had again by then: the connection is worth nothing and starts over. */
const MAX_FAILED_SUBSCRIPTIONS = 5;
const MAX_BACK_OFF_MS = 30_000;

/** Makes a subscription by the way that is configured and reads every state. @throws whatever went wrong; no subscription is left behind then. */
export async function subscribe(context: EventContext): Promise<EventSource> {
  const { events, notifyAddress, topics, topicsPerSubscription } = context.options;
  const groups = topicGroups(topics, topicsPerSubscription);
  const make = (one: (context: EventContext) => Promise<EventSource>) =>
    groups.length > 1 ? SeveralSources.create(context, groups, one) : one(context);
  const notify = (address: string) => make((each) => NotifySource.create(each, address));
  if (events === 'notify' && notifyAddress !== undefined) return notify(notifyAddress);
  try {
    return await make((each) => PullSource.create(each));
  } catch (error) {
    context.signal.throwIfAborted();
    // Refused is refused, by whichever way.
    if (events !== 'auto' || notifyAddress === undefined || isRefusal(error)) throw error;
    context.host.log.info({ err: error }, 'the camera has no working pull point; it is asked to post its events');
    return notify(notifyAddress).catch((second: unknown) => {
      context.signal.throwIfAborted();
      throw new Error(`${sentence(error)}; nor by notification: ${sentence(second)}`, { cause: second });
    });
  }
}

/**
 * Takes events for as long as the connection stands. Whatever goes wrong, the subscription is made anew and the states are read again.
 * `recovered` is called when a subscription stands that did not at first. @throws when the camera is gone, or its events are for good.
 */
export async function followEvents(context: EventContext, first: EventSource | undefined, recovered: () => void): Promise<never> {
  const { host, signal, clockWatch, states } = context;
  let source = first;
  let worked = first !== undefined;
  let failures = worked ? 0 : 1;
  let failedSubscriptions = 0;
  for (;;) {
    try {
      if (failures > 1 || !worked) await pause(host.clock, Math.min(1_000 * 2 ** failures, MAX_BACK_OFF_MS), signal);
      source ??= await subscribe(context);
      if (!worked) recovered();
      worked = true;
      failedSubscriptions = 0;
      for (;;) {
        await source.next();
        failures = 0;
      }
    } catch (error) {
      failures += 1;
      if (source === undefined) failedSubscriptions += 1;
      await source?.end();
      source = undefined;
      signal.throwIfAborted();
      host.log.debug({ err: error, failures }, 'the subscription to the events of the camera is made anew');
      // A password that was changed meanwhile is not tried on: the next connection asks twice and says what is wrong.
      const hopeless = failedSubscriptions >= MAX_FAILED_SUBSCRIPTIONS || (failedSubscriptions > 0 && isRefusal(error));
      if (worked && hopeless) throw new Error(`no events any more: ${sentence(error)}`, { cause: error });
      // Tells a camera that is gone from one whose events fail, and credentials refused for the clock from others.
      await clockWatch.measure();
      await clockWatch.tell((event) => states.report(event));
    }
  }
}

import type { SoapClient } from './client.ts';
import { SoapFault } from './errors.ts';
import type { Target } from './http.ts';
import { readSubscription } from './notifications.ts';
import type { Subscription } from './notifications.ts';
import type { RequestWriter, SoapRequest } from './requests.ts';
import { topicPath } from './topics.ts';

/**
 * Makes a subscription to `topics`, to all where there are none. A camera that refuses the filter is asked without one: cameras disagree on topic
 * expressions, and what was not asked for is left out here.
 */
export async function makeSubscription(
  client: SoapClient,
  events: Target,
  topics: readonly string[],
  signal: AbortSignal,
  write: (requests: RequestWriter, topics: readonly string[]) => SoapRequest,
): Promise<Subscription> {
  const ask = (wanted: readonly string[]) => client.read(events, (requests) => write(requests, wanted), readSubscription, { signal });
  if (topics.length === 0) return ask([]);
  return ask(topics).catch((error: unknown) => {
    if (!(error instanceof SoapFault) || error.notAuthorized) throw error;
    return ask([]);
  });
}

/** Whether a topic is among the wanted ones, by the ConcreteSet dialect: exact, or below one that ends in `//.` (ONVIF Core, 9.6.3). */
export function isWanted(topic: string, wanted: readonly string[]): boolean {
  const path = topicPath(topic);
  return (
    wanted.length === 0 ||
    wanted.some((each) => {
      const subtree = each.endsWith('//.');
      const root = topicPath(subtree ? each.slice(0, -'//.'.length) : each);
      return path === root || (subtree && path.startsWith(`${root}/`));
    })
  );
}

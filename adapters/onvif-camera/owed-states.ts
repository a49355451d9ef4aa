import { MalformedReply, SoapFault } from './errors.ts';
import type { EventContext } from './event-source.ts';
import type { Points } from './points.ts';
import { isWanted } from './subscribing.ts';
import { child } from './xml.ts';
import type { Element } from './xml.ts';

/** A topic that a device says it has (ONVIF Core, 9.6.2), without prefixes. */
export interface OfferedTopic {
  readonly topic: string;
  readonly isProperty: boolean;
  /** Whether there is a property for each of some objects, such as those in the picture: there may be none (9.4.2.1). */
  readonly isKeyed: boolean;
}

/** Reads the reply to GetEventProperties: nested elements, those that are topics with a description of their messages (ONVIF Core, 9.6.2). */
export function readTopicSet(reply: Element): OfferedTopic[] {
  return topicsBelow(child(reply, 'TopicSet'), []);
}

function topicsBelow(element: Element | undefined, path: readonly string[]): OfferedTopic[] {
  return (element?.children ?? []).flatMap((each): OfferedTopic[] => {
    if (each.name !== 'MessageDescription') return topicsBelow(each, [...path, each.name]);
    const isProperty = ['true', '1'].includes(each.attributes.get('IsProperty') ?? '');
    return [{ topic: path.join('/'), isProperty, isKeyed: child(each, 'Key') !== undefined }];
  });
}

/**
 * Whether the device has states to tell by a subscription to `wanted`, by its own words. It tells all that there are when somebody subscribes, and when it is asked
 * to (ONVIF Core, 9.4.2, 9.5), so that silence means that nothing arrives. Only what it has for certain counts: a picture that the site shows, a door of the
 * site. A rule that nobody has set up and an input that is not there have no state.
 * @throws LinkError when the device does not answer.
 */
export async function owesStates({ client, events, signal, points }: EventContext, wanted: readonly string[]): Promise<boolean> {
  try {
    const offered = await client.read(events, (requests) => requests.eventProperties(), readTopicSet, { signal });
    return offered.some((each) => each.isProperty && !each.isKeyed && isCertain(each.topic, points) && isWanted(each.topic, wanted));
  } catch (error) {
    // One that cannot say what it has owes nothing.
    if (error instanceof SoapFault || error instanceof MalformedReply) return false;
    throw error;
  }
}

function isCertain(topic: string, { cameras, doors }: Pick<Points, 'cameras' | 'doors'>): boolean {
  return (cameras.length > 0 && topic.startsWith('VideoSource/')) || (doors.size > 0 && topic.startsWith('Door/State/'));
}

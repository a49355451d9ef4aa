import { z } from 'zod';
import { quirkProfiles } from '../quirks.ts';

const flag = z.boolean().default(false);

/** What some real cameras do otherwise than the standards say; each profile of quirks.yaml switches on one. */
const changes = z.strictObject({
  notAuthorizedAs400: flag,
  faultsWith200: flag,
  timesWithOffset: flag,
  unsubscribeEndsAll: flag,
  neverRestores: flag,
  wrongSubscriptionHost: flag,
  keepsSubscriptions: flag,
  eventServiceHangsUp: flag,
  repeatsNamespaces: flag,
  pullsHangUp: flag,
  basicOnly: flag,
  noEventService: flag,
  oneTopicOnly: flag,
  digestWithoutQop: flag,
  /** The only way on which RTP is sent. */
  rtpBy: z.enum(['either', 'tcp', 'udp']).default('either'),
  audioFirst: flag,
  sessionWithoutTimeout: flag,
  absoluteControls: flag,
  answersOneRequestAtATime: flag,
  noParameterRequests: flag,
});
export type Quirks = z.infer<typeof changes>;

export const quirks = quirkProfiles(import.meta.dirname, changes);

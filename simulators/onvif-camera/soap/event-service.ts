import { httpBase } from './camera-facts.ts';
import type { CameraFacts } from './camera-facts.ts';
import { faults } from './envelope.ts';
import { postTo } from './poster.ts';
import type { Quirks } from '../quirks.ts';
import type { CallContext, Operations } from './operations.ts';
import { pull } from './subscriptions.ts';
import type { Subscription, Subscriptions } from './subscriptions.ts';
import { notification, topicSet, topicsMatching } from './topics.ts';
import type { Topic } from './topics.ts';
import { childOf, durationMs, textOf } from './xml.ts';
import type { XmlElement } from './xml.ts';

const defaultLifetimeMs = 60_000;
const longestLifetimeMs = 3_600_000;
const longestPullMs = 60_000;
const longestBatch = 100;

export const eventCapabilities =
  '<tev:Capabilities WSSubscriptionPolicySupport="false" WSPausableSubscriptionManagerInterfaceSupport="false" MaxNotificationProducers="0" MaxPullPoints="10"/>';

const producer = 'http://docs.oasis-open.org/wsn/bw-2';
const events = 'http://www.onvif.org/ver10/events/wsdl';

/** WS-Addressing actions of the answers (the event service's WSDL). */
export const eventActions: Readonly<Partial<Record<string, string>>> = {
  GetEventProperties: `${events}/EventPortType/GetEventPropertiesResponse`,
  Subscribe: `${producer}/NotificationProducer/SubscribeResponse`,
  CreatePullPointSubscription: `${events}/EventPortType/CreatePullPointSubscriptionResponse`,
  PullMessages: `${events}/PullPointSubscription/PullMessagesResponse`,
  SetSynchronizationPoint: `${events}/PullPointSubscription/SetSynchronizationPointResponse`,
  Renew: `${producer}/SubscriptionManager/RenewResponse`,
  Unsubscribe: `${producer}/SubscriptionManager/UnsubscribeResponse`,
};

export const subscriptionPath = '/onvif/subscription/';

/** What the event service needs besides its subscriptions. */
export interface EventServiceParts {
  readonly facts: CameraFacts;
  readonly subscriptions: Subscriptions;
  readonly quirks: Quirks;
  /** Brings a message into the form in which this camera writes XML. */
  readonly dress: (text: string) => string;
  /** Whether it does anything at present. */
  readonly awake: () => boolean;
}

/** The event service (ONVIF Core clause 9). */
export function eventService({ facts, subscriptions, quirks, dress, awake }: EventServiceParts): Operations {
  const base = (): string => (quirks.wrongSubscriptionHost ? 'http://192.0.2.77:8899' : httpBase(facts));
  const created = (request: XmlElement): Subscription => {
    const until = termination(textOf(childOf(request, 'InitialTerminationTime')), facts.now());
    const subscription = subscriptions.create(wantedTopics(request, subscriptions.topics, quirks), until);
    if (subscription === undefined) throw faults.subscribeFailed('The greatest number of subscriptions is in use');
    return subscription;
  };
  const reference = ({ name }: Subscription): string => `<wsa:Address>${base()}${subscriptionPath}${name}</wsa:Address>`;
  return {
    GetServiceCapabilities: () => `<tev:GetServiceCapabilitiesResponse>${eventCapabilities}</tev:GetServiceCapabilitiesResponse>`,
    GetEventProperties: () =>
      '<tev:GetEventPropertiesResponse><tev:TopicNamespaceLocation>http://www.onvif.org/onvif/ver10/topics/topicns.xml</tev:TopicNamespaceLocation>' +
      `<wsnt:FixedTopicSet>true</wsnt:FixedTopicSet><wstop:TopicSet xmlns:xs="http://www.w3.org/2001/XMLSchema">${topicSet(subscriptions.topics)}</wstop:TopicSet>` +
      '<wsnt:TopicExpressionDialect>http://www.onvif.org/ver10/tev/topicExpression/ConcreteSet</wsnt:TopicExpressionDialect>' +
      '<wsnt:TopicExpressionDialect>http://docs.oasis-open.org/wsn/t-1/TopicExpression/Concrete</wsnt:TopicExpressionDialect>' +
      '<tev:MessageContentFilterDialect>http://www.onvif.org/ver10/tev/messageContentFilter/ItemFilter</tev:MessageContentFilterDialect>' +
      '<tev:MessageContentSchemaLocation>http://www.onvif.org/onvif/ver10/schema/onvif.xsd</tev:MessageContentSchemaLocation></tev:GetEventPropertiesResponse>',
    CreatePullPointSubscription: (request) => {
      const subscription = created(request);
      return (
        `<tev:CreatePullPointSubscriptionResponse><tev:SubscriptionReference>${reference(subscription)}</tev:SubscriptionReference>` +
        `${times(subscription, facts.now(), 'wsnt')}</tev:CreatePullPointSubscriptionResponse>`
      );
    },
    // WS-BaseNotification 1.3 clause 4.2.
    Subscribe: (request) => {
      const consumer = textOf(childOf(childOf(request, 'ConsumerReference'), 'Address'));
      if (!/^http:\/\//.test(consumer) || !URL.canParse(consumer)) throw faults.subscribeFailed('The consumer has no HTTP address');
      const subscription = created(request);
      postTo(consumer, subscription, dress, () => awake() && subscriptions.find(subscription.name) !== undefined);
      return (
        `<wsnt:SubscribeResponse><wsnt:SubscriptionReference>${reference(subscription)}</wsnt:SubscriptionReference>` +
        `${times(subscription, facts.now(), 'wsnt')}</wsnt:SubscribeResponse>`
      );
    },
  };
}

/** The pull point and subscription manager of one subscription, at its own address. */
export function subscriptionService({ facts, subscriptions, quirks }: EventServiceParts): Operations {
  const known = ({ subscription }: CallContext): Subscription => {
    const found = subscriptions.find(subscription);
    if (found === undefined) throw faults.resourceUnknown();
    return found;
  };
  return {
    PullMessages: async (request, context) => {
      const subscription = known(context);
      const timeoutMs = durationMs(textOf(childOf(request, 'Timeout')));
      const limit = Number(textOf(childOf(request, 'MessageLimit')));
      if (timeoutMs === undefined || !Number.isInteger(limit) || limit < 1)
        throw faults.invalidArgument('ter:InvalidArgs', 'Timeout or MessageLimit is wrong');
      const messages = await pull(subscription, Math.min(timeoutMs, longestPullMs), Math.min(limit, longestBatch), context.gone);
      known(context);
      return `<tev:PullMessagesResponse>${times(subscription, facts.now(), 'tev')}${messages.map(notification).join('')}</tev:PullMessagesResponse>`;
    },
    SetSynchronizationPoint: (_request, context) => {
      subscriptions.synchronise(known(context));
      return '<tev:SetSynchronizationPointResponse/>';
    },
    Renew: (request, context) => {
      const subscription = known(context);
      subscription.terminatesAt = termination(textOf(childOf(request, 'TerminationTime')), facts.now());
      return (
        `<wsnt:RenewResponse><wsnt:TerminationTime>${iso(subscription.terminatesAt)}</wsnt:TerminationTime>` +
        `<wsnt:CurrentTime>${iso(facts.now())}</wsnt:CurrentTime></wsnt:RenewResponse>`
      );
    },
    Unsubscribe: (_request, context) => {
      const subscription = known(context);
      if (quirks.unsubscribeEndsAll) subscriptions.lose();
      else if (!quirks.keepsSubscriptions) subscriptions.end(subscription);
      return '<wsnt:UnsubscribeResponse/>';
    },
  };
}

const iso = (at: number): string => new Date(at).toISOString();

function times(subscription: Subscription, now: number, prefix: 'tev' | 'wsnt'): string {
  return `<${prefix}:CurrentTime>${iso(now)}</${prefix}:CurrentTime><${prefix}:TerminationTime>${iso(subscription.terminatesAt)}</${prefix}:TerminationTime>`;
}

/** An xs:duration from now or an xs:dateTime (WS-BaseNotification clause 4.2); cut to the longest lifetime. */
function termination(text: string, now: number): number {
  const lifetimeMs = text === '' ? defaultLifetimeMs : (durationMs(text) ?? Date.parse(text) - now);
  if (!(lifetimeMs > 0)) throw faults.unacceptableTermination();
  return now + Math.min(lifetimeMs, longestLifetimeMs);
}

function wantedTopics(request: XmlElement, topics: readonly Topic[], { oneTopicOnly }: Quirks): readonly Topic[] {
  const expression = textOf(childOf(childOf(request, 'Filter'), 'TopicExpression'));
  if (expression === '') return topics;
  if (oneTopicOnly && expression.includes('|')) throw faults.subscribeFailed('One topic only');
  const wanted = topicsMatching(topics, expression);
  if (wanted === undefined) throw faults.subscribeFailed(`No topic of this camera matches "${expression}"`);
  return wanted;
}

import { httpBase } from './camera-facts.ts';
import type { CameraFacts } from './camera-facts.ts';
import { faults } from './envelope.ts';
import type { CallContext, Operations } from './operations.ts';
import { pull } from './subscriptions.ts';
import type { Subscription, Subscriptions } from './subscriptions.ts';
import { cameraStates, notification, statesMatching, topicSet } from './topics.ts';
import type { CameraState } from './topics.ts';
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
  CreatePullPointSubscription: `${events}/EventPortType/CreatePullPointSubscriptionResponse`,
  PullMessages: `${events}/PullPointSubscription/PullMessagesResponse`,
  SetSynchronizationPoint: `${events}/PullPointSubscription/SetSynchronizationPointResponse`,
  Renew: `${producer}/SubscriptionManager/RenewResponse`,
  Unsubscribe: `${producer}/SubscriptionManager/UnsubscribeResponse`,
};

export const subscriptionPath = '/onvif/subscription/';

/** The event service (ONVIF Core clause 9). */
export function eventService(facts: CameraFacts, subscriptions: Subscriptions): Operations {
  return {
    GetServiceCapabilities: () => `<tev:GetServiceCapabilitiesResponse>${eventCapabilities}</tev:GetServiceCapabilitiesResponse>`,
    GetEventProperties: () =>
      '<tev:GetEventPropertiesResponse><tev:TopicNamespaceLocation>http://www.onvif.org/onvif/ver10/topics/topicns.xml</tev:TopicNamespaceLocation>' +
      `<wsnt:FixedTopicSet>true</wsnt:FixedTopicSet><wstop:TopicSet xmlns:xs="http://www.w3.org/2001/XMLSchema">${topicSet()}</wstop:TopicSet>` +
      '<wsnt:TopicExpressionDialect>http://www.onvif.org/ver10/tev/topicExpression/ConcreteSet</wsnt:TopicExpressionDialect>' +
      '<wsnt:TopicExpressionDialect>http://docs.oasis-open.org/wsn/t-1/TopicExpression/Concrete</wsnt:TopicExpressionDialect>' +
      '<tev:MessageContentFilterDialect>http://www.onvif.org/ver10/tev/messageContentFilter/ItemFilter</tev:MessageContentFilterDialect>' +
      '<tev:MessageContentSchemaLocation>http://www.onvif.org/onvif/ver10/schema/onvif.xsd</tev:MessageContentSchemaLocation></tev:GetEventPropertiesResponse>',
    CreatePullPointSubscription: (request) => {
      const subscription = subscriptions.create(wantedStates(request), termination(textOf(childOf(request, 'InitialTerminationTime')), facts.now()));
      if (subscription === undefined) throw faults.subscribeFailed('The greatest number of pull points is in use');
      return (
        `<tev:CreatePullPointSubscriptionResponse><tev:SubscriptionReference><wsa:Address>${httpBase(facts)}${subscriptionPath}${subscription.name}</wsa:Address></tev:SubscriptionReference>` +
        `${times(subscription, facts.now(), 'wsnt')}</tev:CreatePullPointSubscriptionResponse>`
      );
    },
  };
}

/** The pull point and subscription manager of one subscription, at its own address. */
export function subscriptionService(facts: CameraFacts, subscriptions: Subscriptions): Operations {
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
      subscriptions.end(known(context));
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

function wantedStates(request: XmlElement): readonly CameraState[] {
  const expression = textOf(childOf(childOf(request, 'Filter'), 'TopicExpression'));
  if (expression === '') return cameraStates;
  const states = statesMatching(expression);
  if (states === undefined) throw faults.subscribeFailed(`No topic of this camera matches "${expression}"`);
  return states;
}

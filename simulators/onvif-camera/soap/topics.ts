import { sourceToken } from './camera-facts.ts';

/** One topic for one source. A property has a value and changes; an event only happens. */
export interface Topic {
  /** By which the device itself knows it. */
  readonly key: string;
  readonly topic: string;
  readonly source: readonly (readonly [name: string, type: string, value: string])[];
  /** Items of the data; the first holds a property's value. */
  readonly data: readonly (readonly [name: string, type: string])[];
  /** A property's value when the device starts; undefined for an event. */
  readonly initially: string | undefined;
}

const rule = (name: string): Topic['source'] => [
  ['VideoSourceConfigurationToken', 'tt:ReferenceToken', 'source_configuration_1'],
  ['VideoAnalyticsConfigurationToken', 'tt:ReferenceToken', 'analytics_configuration_1'],
  ['Rule', 'xs:string', name],
];
const source: Topic['source'] = [['Source', 'tt:ReferenceToken', sourceToken]];
const state = (key: string, topic: string, from: Topic['source'], item: string): Topic => ({
  key,
  topic: `tns1:${topic}`,
  source: from,
  data: [[item, 'xs:boolean']],
  initially: 'false',
});

/** ONVIF Analytics annex A (motion) and Imaging Service Specification clause 5.4 and Media clause 6 (video source). */
export const pictureTopics: readonly Topic[] = [
  state('motion', 'RuleEngine/CellMotionDetector/Motion', rule('motion'), 'IsMotion'),
  state('sceneChange', 'VideoSource/GlobalSceneChange/ImagingService', source, 'State'),
  state('signalLoss', 'VideoSource/SignalLoss', source, 'State'),
];

/** ONVIF Analytics annex A (rules) and Core annex (device). */
export const analyticsTopics: readonly Topic[] = [
  { key: 'line', topic: 'tns1:RuleEngine/LineDetector/Crossed', source: rule('fence'), data: [['ObjectId', 'xs:integer']], initially: undefined },
  state('field', 'RuleEngine/FieldDetector/ObjectsInside', rule('yard'), 'IsInside'),
  state('loitering', 'RuleEngine/LoiteringDetector/ObjectIsLoitering', rule('gate'), 'State'),
  { key: 'object', topic: 'tns1:RuleEngine/ObjectDetection/Object', source: rule('objects'), data: [['ClassTypes', 'xs:string']], initially: '' },
  state('tamper', 'RuleEngine/TamperDetector/Tamper', rule('tamper'), 'IsTamper'),
  state('input', 'Device/Trigger/DigitalInput', [['InputToken', 'tt:ReferenceToken', 'input_1']], 'LogicalState'),
  state('storage', 'Device/HardwareFailure/StorageFailure', [['Token', 'tt:ReferenceToken', 'card_1']], 'Failed'),
];

/** Door Control Service Specification clause 6. */
export function doorTopics(token: string): Topic[] {
  const property = (name: string, initially: string): Topic => ({
    key: `${token} ${name}`,
    topic: `tns1:Door/State/${name}`,
    source: [['DoorToken', 'pt:ReferenceToken', token]],
    data: [['State', `tdc:${name}`]],
    initially,
  });
  return [
    property('DoorMode', 'Locked'),
    property('DoorPhysicalState', 'Closed'),
    property('LockPhysicalState', 'Locked'),
    property('DoorAlarm', 'Normal'),
    property('DoorTamper', 'NotInTamper'),
    property('DoorFault', 'NotInFault'),
  ];
}

/** Access Control Service Specification clause 6. */
export function accessTopics(token: string): Topic[] {
  const event = (topic: string, ...data: readonly string[]): Topic => ({
    key: `${token} ${topic}`,
    topic: `tns1:AccessControl/${topic}`,
    source: [['AccessPointToken', 'pt:ReferenceToken', token]],
    data: data.map((name) => [name, 'xs:string'] as const),
    initially: undefined,
  });
  return [
    event('AccessGranted/Credential', 'External', 'CredentialToken', 'CredentialHolderName'),
    event('Denied/Credential', 'External', 'CredentialToken', 'CredentialHolderName', 'Reason'),
    event('Denied/CredentialNotFound/Card', 'Card'),
    event('Duress', 'CredentialToken', 'CredentialHolderName', 'Reason'),
  ];
}

export type PropertyOperation = 'Initialized' | 'Changed';

export interface Message {
  readonly topic: Topic;
  /** Undefined for an event that is no property. */
  readonly operation: PropertyOperation | undefined;
  readonly data: readonly (readonly [name: string, value: string])[];
  /** The camera's clock, milliseconds since 1970. */
  readonly at: number;
}

const item = (name: string, value: string): string =>
  `<tt:SimpleItem Name="${name}" Value="${value.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')}"/>`;

/** ONVIF Core clause 9.5 (message format) in WS-BaseNotification's wrapper. */
export function notification({ topic: { topic, source: from }, operation, data, at }: Message): string {
  const sources = from.map(([name, , value]) => item(name, value)).join('');
  const property = operation === undefined ? '' : ` PropertyOperation="${operation}"`;
  return (
    `<wsnt:NotificationMessage><wsnt:Topic Dialect="http://www.onvif.org/ver10/tev/topicExpression/ConcreteSet">${topic}</wsnt:Topic>` +
    `<wsnt:Message><tt:Message UtcTime="${new Date(at).toISOString()}"${property}><tt:Source>${sources}</tt:Source>` +
    `<tt:Data>${data.map(([name, value]) => item(name, value)).join('')}</tt:Data></tt:Message></wsnt:Message></wsnt:NotificationMessage>`
  );
}

/** The topic set of GetEventProperties (ONVIF Core clause 9.4): nested elements, the last with its message description. */
export function topicSet(topics: readonly Topic[]): string {
  const paths = new Map(topics.map((topic) => [topic.topic, topic]));
  return [...paths.values()]
    .map(({ topic, source: from, data, initially }) => {
      const sources = from.map(([name, type]) => `<tt:SimpleItemDescription Name="${name}" Type="${type}"/>`).join('');
      const items = data.map(([name, type]) => `<tt:SimpleItemDescription Name="${name}" Type="${type}"/>`).join('');
      const description =
        `<tt:MessageDescription IsProperty="${initially !== undefined}"><tt:Source>${sources}</tt:Source>` +
        `<tt:Data>${items}</tt:Data></tt:MessageDescription>`;
      const steps = topic.split('/');
      return steps.reduceRight(
        (inner, step, depth) => `<${step}${depth === steps.length - 1 ? ' wstop:topic="true"' : ''}>${inner}</${step}>`,
        description,
      );
    })
    .join('');
}

/**
 * Which topics an expression of the ConcreteSet dialect selects (ONVIF Core clause 9.6.3): topics joined by |, each exact or with all
 * below it by a trailing //. — undefined when one is unknown.
 */
export function topicsMatching(topics: readonly Topic[], expression: string): Topic[] | undefined {
  const selected = new Set<Topic>();
  for (const alternative of expression.split('|').map((each) => each.trim())) {
    const subtree = alternative.endsWith('//.');
    const wanted = subtree ? alternative.slice(0, -3) : alternative;
    const matching = topics.filter(({ topic }) => topic === wanted || (subtree && topic.startsWith(`${wanted}/`)));
    if (matching.length === 0) return undefined;
    for (const each of matching) selected.add(each);
  }
  return [...selected];
}

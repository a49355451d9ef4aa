import { sourceToken } from './camera-facts.ts';

/** A state of the camera that is a property topic: it has an initial value, and changes. */
export type CameraState = 'motion' | 'sceneChange' | 'signalLoss';

interface Topic {
  readonly topic: string;
  readonly source: readonly (readonly [name: string, type: string, value: string])[];
  readonly item: string;
}

/** ONVIF Analytics annex (motion) and Imaging Service Specification clause 5.4 and Media clause 6 (video source). */
export const topics: Readonly<Record<CameraState, Topic>> = {
  motion: {
    topic: 'tns1:RuleEngine/CellMotionDetector/Motion',
    source: [
      ['VideoSourceConfigurationToken', 'tt:ReferenceToken', 'source_configuration_1'],
      ['VideoAnalyticsConfigurationToken', 'tt:ReferenceToken', 'analytics_configuration_1'],
      ['Rule', 'xs:string', 'motion'],
    ],
    item: 'IsMotion',
  },
  sceneChange: { topic: 'tns1:VideoSource/GlobalSceneChange/ImagingService', source: [['Source', 'tt:ReferenceToken', sourceToken]], item: 'State' },
  signalLoss: { topic: 'tns1:VideoSource/SignalLoss', source: [['Source', 'tt:ReferenceToken', sourceToken]], item: 'State' },
};

export const cameraStates = Object.keys(topics) as CameraState[];

export type PropertyOperation = 'Initialized' | 'Changed';

export interface Message {
  readonly state: CameraState;
  readonly active: boolean;
  readonly operation: PropertyOperation;
  /** The camera's clock, milliseconds since 1970. */
  readonly at: number;
}

/** ONVIF Core clause 9.5 (message format) in WS-BaseNotification's wrapper. */
export function notification({ state, active, operation, at }: Message): string {
  const { topic, source, item } = topics[state];
  const sources = source.map(([name, , value]) => `<tt:SimpleItem Name="${name}" Value="${value}"/>`).join('');
  return (
    `<wsnt:NotificationMessage><wsnt:Topic Dialect="http://www.onvif.org/ver10/tev/topicExpression/ConcreteSet">${topic}</wsnt:Topic>` +
    `<wsnt:Message><tt:Message UtcTime="${new Date(at).toISOString()}" PropertyOperation="${operation}"><tt:Source>${sources}</tt:Source>` +
    `<tt:Data><tt:SimpleItem Name="${item}" Value="${active}"/></tt:Data></tt:Message></wsnt:Message></wsnt:NotificationMessage>`
  );
}

/** The topic set of GetEventProperties (ONVIF Core clause 9.4): nested elements, the last with its message description. */
export function topicSet(): string {
  return cameraStates
    .map((state) => {
      const { topic, source, item } = topics[state];
      const sources = source.map(([name, type]) => `<tt:SimpleItemDescription Name="${name}" Type="${type}"/>`).join('');
      const description =
        `<tt:MessageDescription IsProperty="true"><tt:Source>${sources}</tt:Source>` +
        `<tt:Data><tt:SimpleItemDescription Name="${item}" Type="xs:boolean"/></tt:Data></tt:MessageDescription>`;
      const steps = topic.split('/');
      return steps.reduceRight(
        (inner, step, depth) => `<${step}${depth === steps.length - 1 ? ' wstop:topic="true"' : ''}>${inner}</${step}>`,
        description,
      );
    })
    .join('');
}

/**
 * Which states a topic expression of the ConcreteSet dialect selects (ONVIF Core clause 9.6.3): topics joined by |, each exact or with all
 * below it by a trailing //. — undefined when a topic is unknown.
 */
export function statesMatching(expression: string): CameraState[] | undefined {
  const selected = new Set<CameraState>();
  for (const alternative of expression.split('|').map((each) => each.trim())) {
    const subtree = alternative.endsWith('//.');
    const wanted = subtree ? alternative.slice(0, -3) : alternative;
    const matching = cameraStates.filter((state) => topics[state].topic === wanted || (subtree && topics[state].topic.startsWith(`${wanted}/`)));
    if (matching.length === 0) return undefined;
    for (const state of matching) selected.add(state);
  }
  return [...selected];
}

import type { Phase } from '../../src/domain/event.ts';
import type { EventKind } from '../../src/domain/kinds.ts';
import { anyOf, classes, happens, truth } from './readings.ts';
import type { Reading } from './readings.ts';

/** What a topic says, and how to read it. */
export interface Topic {
  /** Topic without prefixes; `*` at the end stands for any one further segment (the service that sees it). */
  readonly topic: string;
  readonly kind: EventKind;
  /** What its messages are about, and so which of their items names it. */
  readonly about: 'picture' | 'device' | 'door' | 'reader';
  /** The data item that holds the state; empty where the message says all by being there. */
  readonly item: string;
  /** What else it is called by some devices. */
  readonly alsoCalled?: readonly string[];
  readonly reading: Reading;
  /** What is the matter, in words: two topics with the same words say the same. */
  readonly cause: string;
  /** A raised state whose restore has not come by then is uncertain: "off" messages go missing. None where the state may rightly last. */
  readonly uncertainAfterMs?: number;
}

const minute = 60_000;
const hour = 60 * minute;

type Row = Omit<Topic, 'topic' | 'about'>;
const motion = (item: string): Row => ({ kind: 'video.motion', item, reading: truth, cause: 'motion', uncertainAfterMs: 5 * minute });
const person = (item: string): Row => ({ kind: 'video.person', item, reading: truth, cause: 'person', uncertainAfterMs: 5 * minute });
const object = (item: string, cause: string): Row => ({ kind: 'video.object', item, reading: truth, cause, uncertainAfterMs: 5 * minute });
const tamper = (item: string, cause: string, uncertainAfterMs: number): Row => ({
  kind: 'video.tamper',
  item,
  reading: truth,
  cause,
  uncertainAfterMs,
});
// The picture may stay away for days.
const lost: Row = { kind: 'video.lost', item: 'State', reading: truth, cause: 'no signal' };
const field = (item: string): Row => ({ kind: 'video.intrusion', item, reading: truth, cause: 'in a field', uncertainAfterMs: 30 * minute });
const crossed = (item: string, reading: Reading): Row => ({ kind: 'video.line-crossed', item, reading, cause: 'line crossed' });
/** Only drivers for this topic could be consulted: they know it by three names (Milestone: IsLoitering, Value). */
const loitering: Row = {
  kind: 'video.loitering',
  item: 'State',
  alsoCalled: ['IsLoitering', 'Value'],
  reading: truth,
  cause: 'loitering',
  uncertainAfterMs: 30 * minute,
};
const access = (kind: EventKind, cause: string): Row => ({ kind, item: '', reading: happens, cause });
const doorState = (kind: EventKind, values: Readonly<Record<string, Phase | 'nothing'>>, cause: string): Row => ({
  kind,
  item: 'State',
  reading: anyOf(values),
  cause,
});

/**
 * What pictures tell: ONVIF Analytics annex A, Imaging 5.5.1, Core annex. Devices are told apart by nothing else: each sends what it has, and many
 * send motion by two topics at once. Names in `MyRuleDetector` are Reolink's and Dahua's, `PeopleDetector` and items of `CellMotionDetector` TP-Link's.
 */
const pictures: Readonly<Record<string, Row>> = {
  'RuleEngine/CellMotionDetector/Motion': motion('IsMotion'),
  'RuleEngine/MotionRegionDetector/Motion': motion('State'),
  'VideoSource/MotionAlarm': motion('State'),
  'RuleEngine/LineDetector/Crossed': crossed('', happens),
  'RuleEngine/CellMotionDetector/LineCross': crossed('IsLineCross', truth),
  'RuleEngine/FieldDetector/ObjectsInside': field('IsInside'),
  'RuleEngine/CellMotionDetector/Intrusion': field('IsIntrusion'),
  'RuleEngine/LoiteringDetector/ObjectIsLoitering': loitering,
  'RuleEngine/CellMotionDetector/People': person('IsPeople'),
  'RuleEngine/PeopleDetector/People': person('IsPeople'),
  'RuleEngine/MyRuleDetector/PeopleDetect': person('State'),
  'RuleEngine/MyRuleDetector/VehicleDetect': object('State', 'vehicle'),
  'RuleEngine/MyRuleDetector/DogCatDetect': object('State', 'animal'),
  'RuleEngine/TamperDetector/Tamper': tamper('IsTamper', 'covered or turned away', hour),
  'RuleEngine/CellMotionDetector/Tamper': tamper('IsTamper', 'covered or turned away', hour),
  'VideoSource/GlobalSceneChange/*': tamper('State', 'the scene changed', hour),
  // A night is long, and so is a day: these may stand until it is over.
  'VideoSource/ImageTooDark/*': tamper('State', 'too dark', 14 * hour),
  'VideoSource/ImageTooBright/*': tamper('State', 'too bright', 14 * hour),
  'VideoSource/ImageTooBlurry/*': tamper('State', 'too blurry', 14 * hour),
  'VideoSource/SignalLoss': lost,
  'VideoSource/SignalLoss/*': lost,
};

/** ONVIF Core annex (Device). */
const devices: Readonly<Record<string, Row>> = {
  'Device/Trigger/DigitalInput': { kind: 'device.input', item: 'LogicalState', reading: truth, cause: 'digital input' },
  'Device/HardwareFailure/StorageFailure': { kind: 'device.storage', item: 'Failed', reading: truth, cause: 'storage failure' },
};

/** ONVIF Door Control, 6 (events), and 5.1 for the values. A state that no device can tell is no state. */
const doors: readonly (readonly [string, Row])[] = [
  ['Door/State/DoorMode', { kind: 'door.mode', item: 'State', reading: happens, cause: 'door mode' }],
  ['Door/State/DoorPhysicalState', doorState('door.open', { Open: 'raised', Closed: 'restored', Unknown: 'uncertain', Fault: 'uncertain' }, 'door')],
  [
    'Door/State/LockPhysicalState',
    doorState('door.unlocked', { Unlocked: 'raised', Locked: 'restored', Unknown: 'uncertain', Fault: 'uncertain' }, 'lock'),
  ],
  // One alarm does not end the other: a door can be forced and then held.
  ['Door/State/DoorAlarm', doorState('door.forced', { DoorForcedOpen: 'raised', Normal: 'restored', DoorOpenTooLong: 'nothing' }, 'forced open')],
  ['Door/State/DoorAlarm', doorState('door.held', { DoorOpenTooLong: 'raised', Normal: 'restored', DoorForcedOpen: 'nothing' }, 'open too long')],
  ['Door/State/DoorTamper', doorState('door.tamper', { TamperDetected: 'raised', NotInTamper: 'restored', Unknown: 'uncertain' }, 'tamper')],
  ['Door/State/DoorFault', doorState('door.fault', { FaultDetected: 'raised', NotInFault: 'restored', Unknown: 'uncertain' }, 'fault')],
];

/** ONVIF Access Control, 6 (events). What follows on a grant, whether somebody went through, the door tells. */
const readers: Readonly<Record<string, Row>> = {
  'AccessControl/AccessGranted/Credential': access('access.granted', 'credential'),
  'AccessControl/AccessGranted/Anonymous': access('access.granted', 'anonymous'),
  'AccessControl/AccessGranted/Identifier': access('access.granted', 'identifier'),
  'AccessControl/Denied/Credential': access('access.denied', 'credential'),
  'AccessControl/Denied/Anonymous': access('access.denied', 'anonymous'),
  'AccessControl/Denied/Identifier': access('access.denied', 'identifier'),
  'AccessControl/Denied/CredentialNotFound': access('access.denied', 'unknown credential'),
  'AccessControl/Denied/CredentialNotFound/*': access('access.denied', 'unknown credential'),
  'AccessControl/Duress': access('duress.alarm', 'duress'),
};

const rows = (about: Topic['about'], table: Iterable<readonly [string, Row]>): Topic[] =>
  [...table].map(([topic, row]) => ({ topic, about, ...row }));

/** The topics that mean something to a dispatcher. */
export const topics: readonly Topic[] = [
  ...rows('picture', Object.entries(pictures)),
  { topic: 'RuleEngine/ObjectDetection/Object', about: 'picture', ...person('ClassTypes'), reading: classes((name) => isPerson(name)) },
  { topic: 'RuleEngine/ObjectDetection/Object', about: 'picture', ...object('ClassTypes', 'object'), reading: classes((name) => !isPerson(name)) },
  ...rows('device', Object.entries(devices)),
  ...rows('door', doors),
  ...rows('reader', Object.entries(readers)),
];

/** tt:ObjectType has Human, Face and HumanFace for people (ONVIF Analytics, annex on class types). */
function isPerson(name: string): boolean {
  return ['human', 'person', 'face', 'humanface', 'people'].includes(name.toLowerCase());
}

/** The kinds that the table leads to, each once. */
export const topicKinds: readonly EventKind[] = [...new Set(topics.map(({ kind }) => kind))];

/** A topic without the prefixes that it was sent with. */
export function topicPath(told: string): string {
  return told
    .split('/')
    .map((segment) => segment.slice(segment.indexOf(':') + 1).trim())
    .join('/');
}

/** The rows for a topic, whatever prefixes it was sent with; none for topics that mean nothing to a dispatcher. */
export function topicsOf(told: string): readonly Topic[] {
  const segments = topicPath(told).split('/');
  return topics.filter(({ topic }) => {
    const wanted = topic.split('/');
    return wanted.length === segments.length && wanted.every((segment, at) => segment === '*' || segment === segments[at]);
  });
}

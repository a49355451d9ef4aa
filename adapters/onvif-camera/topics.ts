import type { EventKind } from '../../src/domain/kinds.ts';

/** What a topic says, and how to read it. */
export interface Topic {
  /** Topic without prefixes; `*` at the end stands for any one further segment (the service that sees it). */
  readonly topic: string;
  readonly kind: EventKind;
  /** The data item that holds the state; true is raised. */
  readonly item: string;
  /** What is the matter, in words: two topics with the same words say the same. */
  readonly cause: string;
  /** A raised state whose restore has not come by then is uncertain: "off" messages go missing. None where the state may rightly last. */
  readonly overdueAfterMs?: number;
}

const minute = 60_000;
const hour = 60 * minute;

/**
 * The topics that mean something to a dispatcher (ONVIF Analytics 5.1-5.3, Imaging 5.5.1, and Core annex). Cameras are told apart by nothing
 * else: each sends those that it has, many send motion by two of them at once.
 */
export const topics: readonly Topic[] = [
  { topic: 'RuleEngine/CellMotionDetector/Motion', kind: 'video.motion', item: 'IsMotion', cause: 'motion', overdueAfterMs: 5 * minute },
  { topic: 'RuleEngine/MotionRegionDetector/Motion', kind: 'video.motion', item: 'State', cause: 'motion', overdueAfterMs: 5 * minute },
  { topic: 'VideoSource/MotionAlarm', kind: 'video.motion', item: 'State', cause: 'motion', overdueAfterMs: 5 * minute },
  { topic: 'RuleEngine/TamperDetector/Tamper', kind: 'video.tamper', item: 'IsTamper', cause: 'covered or turned away', overdueAfterMs: hour },
  { topic: 'VideoSource/GlobalSceneChange/*', kind: 'video.tamper', item: 'State', cause: 'the scene changed', overdueAfterMs: hour },
  // A night is long: these two may stand until the morning.
  { topic: 'VideoSource/ImageTooDark/*', kind: 'video.tamper', item: 'State', cause: 'too dark', overdueAfterMs: 14 * hour },
  { topic: 'VideoSource/ImageTooBlurry/*', kind: 'video.tamper', item: 'State', cause: 'too blurry', overdueAfterMs: 14 * hour },
  // The picture may stay away for days.
  { topic: 'VideoSource/SignalLoss', kind: 'video.lost', item: 'State', cause: 'no signal' },
  { topic: 'VideoSource/SignalLoss/*', kind: 'video.lost', item: 'State', cause: 'no signal' },
];

/** The kinds that the table leads to, each once. */
export const topicKinds: readonly EventKind[] = [...new Set(topics.map(({ kind }) => kind))];

/** The row for a topic, whatever prefixes it was sent with; undefined for all others. */
export function topicOf(told: string): Topic | undefined {
  const segments = told.split('/').map((segment) => segment.slice(segment.indexOf(':') + 1).trim());
  return topics.find(({ topic }) => {
    const wanted = topic.split('/');
    return wanted.length === segments.length && wanted.every((segment, at) => segment === '*' || segment === segments[at]);
  });
}

/** xs:boolean, and the words that cameras write instead (Axis: 0 and 1). Undefined for anything else. */
export function stateOf(value: string): boolean | undefined {
  const word = value.trim().toLowerCase();
  if (word === 'true' || word === '1' || word === 'on' || word === 'active') return true;
  if (word === 'false' || word === '0' || word === 'off' || word === 'inactive') return false;
  return undefined;
}

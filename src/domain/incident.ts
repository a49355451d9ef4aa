import type { Avs } from './avs.ts';
import type { EpochMs } from './clock.ts';
import type { LocatedEvent, Phase } from './event.ts';
import type { EventKind } from './kinds.ts';
import type { Suppression } from './measure.ts';
import type { PointId } from './point.ts';

/** 1 is the most urgent. */
export const priorities = [1, 2, 3, 4, 5] as const;
export type Priority = (typeof priorities)[number];

export const incidentStates = ['new', 'acknowledged', 'in-progress', 'on-hold', 'resolved', 'closed'] as const;
export type IncidentState = (typeof incidentStates)[number];

/** Why an incident that somebody has handled is new again: what raised it came back, its time on hold ended, it got graver, or a dispatcher reopened it. */
export const renewals = ['raised-again', 'hold-over', 'news', 'reopened', 'unshelved'] as const;
export type Renewal = (typeof renewals)[number];

/** How an incident turned out; one is required to close it. */
export const dispositions = ['actual', 'false-alarm', 'nuisance', 'test', 'fault'] as const;
export type Disposition = (typeof dispositions)[number];

/** One line of the arithmetic that led to the priority, in the order in which it was done. */
export interface PriorityStep {
  readonly priority: Priority;
  readonly because: string;
}

/** An event that belongs to an incident, and why it does. */
export interface Evidence {
  readonly event: string;
  readonly at: EpochMs;
  readonly kind: EventKind;
  readonly phase: Phase;
  readonly point: PointId;
  /** `lead` opened the incident, `support` strengthened it, `repeat` says the same again, `restore` says that it is over. */
  readonly role: 'lead' | 'support' | 'repeat' | 'restore';
  readonly rule: string;
  /** One sentence for a person. */
  readonly text: string;
  /** The incident's revision with which it came, to tell what is news to somebody who saw an older one. */
  readonly revision?: number;
  /** The key under which it was found, where the incident has another by now: it was merged or split. */
  readonly key?: string;
  /** Its event brought a picture, which the journal keeps. */
  readonly picture?: true;
}

/** Where evidence went, or came from. */
export const linkTypes = ['merged-into', 'merged-from', 'split-into', 'split-from'] as const;
export interface IncidentLink {
  readonly type: (typeof linkTypes)[number];
  readonly incident: string;
  /** Of `merged-into` and `split-from`: the events that went. */
  readonly events?: readonly string[];
}

/** An owner offers the incident to a colleague, and stays the owner until that one accepts. */
export interface HandOver {
  readonly to: string;
  readonly by: string;
  readonly at: EpochMs;
}

/** One step that a person or the gateway took. */
export interface LogEntry {
  readonly at: EpochMs;
  /** The account's name, or `sallyport` for what the gateway did by itself. */
  readonly by: string;
  readonly what: string;
  readonly note?: string;
}

export interface Incident {
  readonly id: string;
  /** Findings with the same key belong to the same open incident. */
  readonly key: string;
  readonly kind: string;
  readonly title: string;
  /** Why it was raised, in one sentence. */
  readonly reason: string;
  readonly priority: Priority;
  readonly priorityBecause: readonly PriorityStep[];
  readonly state: IncidentState;
  /** The threat level that counts in its priority, and the priority that it has without. */
  readonly threat?: { readonly title: string; readonly raisesPriorityBy: number; readonly without: Priority };
  /** Whether what raised it still stands; kept apart from acknowledgement (ISA-18.2, return to normal). */
  readonly condition: 'active' | 'normal';
  readonly point: PointId;
  readonly areas: readonly PointId[];
  readonly door?: PointId;
  /** Cameras to show, best first. */
  readonly cameras: readonly PointId[];
  readonly evidence: readonly Evidence[];
  readonly log: readonly LogEntry[];
  readonly owner?: string;
  readonly handOver?: HandOver;
  /** While it is on hold: when it comes back by itself. */
  readonly holdUntil?: EpochMs;
  /** While it is new: why it is so again. */
  readonly renewed?: Renewal;
  /** Findings with these keys belong to it as well: of incidents that were merged into it, or that it was split from. */
  readonly alsoKeys?: readonly string[];
  readonly links?: readonly IncidentLink[];
  /** Raised by something that was on test. It stays a test to its end. */
  readonly test?: true;
  /** Why it is not in the queue for a while. Never set on what is critical. */
  readonly suppressed?: Suppression;
  /** The alarm level of ANSI/TMA-AVS-01, where somebody may be where nobody should be. */
  readonly avs?: Avs;
  /** The first acknowledgement. */
  readonly acknowledgedAt?: EpochMs;
  readonly acknowledgedBy?: string;
  readonly disposition?: Disposition;
  /** When it happened, in event time. */
  readonly occurredAt: EpochMs;
  readonly openedAt: EpochMs;
  readonly closedAt?: EpochMs;
  /** The revision in which its priority last rose. */
  readonly raisedIn?: number;
  /** Grows by one with each change; an action names the revision that its user saw. */
  readonly revision: number;
}

/** What a rule found: the only thing that correlation says to the incident book. */
export type Finding = LeadFinding | SupportFinding | RestoreFinding;

interface FindingBase {
  /** The same events through the same rule give the same id, so a finding made again after a restart is known. */
  readonly id: string;
  readonly rule: string;
  readonly incidentKey: string;
  readonly event: LocatedEvent;
  /** When it was found, by our clock. */
  readonly at: EpochMs;
  readonly reason: string;
}

/** Opens an incident at once, or says again what an open one says already. */
export interface LeadFinding extends FindingBase {
  readonly type: 'lead';
  readonly incidentKind: string;
  readonly title: string;
  readonly priority: Priority;
  /** The threat level that held there, where it makes incidents more urgent. */
  readonly threat?: { readonly title: string; readonly raisesPriorityBy: number };
}

/** Strengthens the open incident of its key, and may raise its priority. */
export interface SupportFinding extends FindingBase {
  readonly type: 'support';
  /** How many steps more urgent the incident becomes, once for each rule. */
  readonly raisePriorityBy: number;
}

/** Says that what raised the incident is over. */
export interface RestoreFinding extends FindingBase {
  readonly type: 'restore';
  /** Whether the incident counts as resolved by that, or waits for a dispatcher all the same. */
  readonly resolves: boolean;
}

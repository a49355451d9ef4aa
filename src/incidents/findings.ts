import type { Evidence, Finding, Incident, LeadFinding, RestoreFinding, SupportFinding } from '../domain/incident.ts';
import { kinds } from '../domain/kinds.ts';
import { evidenceOf, isLead, knows, standingPoints, stands, withEvidence } from './evidence.ts';
import { GATEWAY, moved, transition } from './life-cycle.ts';
import { withLine } from './log.ts';
import type { Prioritised } from './priority.ts';
import { afterLead, afterSupport, openingPriority } from './priority.ts';
import type { Weights } from './priority.ts';

/** A test never competes with what is real. */
const TEST_PRIORITY = 5;

// What findings make of an incident: the next revision, or undefined where they change nothing.

/** A new incident. `weights`: what its place adds; `test`: why it is only a test. */
export function opened(id: string, lead: LeadFinding, weights: Weights = {}, test?: string): Incident {
  const { event, at, reason } = lead;
  return {
    id,
    key: lead.incidentKey,
    kind: lead.incidentKind,
    title: lead.title,
    reason,
    ...(test === undefined
      ? openingPriority(lead, weights)
      : { priority: TEST_PRIORITY, priorityBecause: [{ priority: TEST_PRIORITY, because: test }] }),
    ...(test !== undefined && { test: true }),
    state: 'new',
    condition: 'active',
    point: event.point,
    areas: event.place.areas,
    ...(event.place.door !== undefined && { door: event.place.door }),
    cameras: event.place.cameras,
    evidence: [evidenceOf(lead, 'lead', { key: lead.incidentKey, revision: 1 })],
    log: [{ at, by: GATEWAY, what: 'opened', note: reason }],
    occurredAt: event.eventAt,
    openedAt: at,
    revision: 1,
  };
}

/** The open incident after another finding of its key. */
export function after(incident: Incident, finding: Finding): Incident | undefined {
  if (knows(incident, finding)) return undefined;
  const next =
    finding.type === 'lead' ? repeated(incident, finding) : finding.type === 'support' ? strengthened(incident, finding) : ended(incident, finding);
  return next && { ...broughtBack(next, incident, finding), revision: incident.revision + 1 };
}

/** An incident on hold comes back when it gets more urgent, or when something critical is found again. */
function broughtBack(next: Incident, before: Incident, { type, event, at, reason }: Finding): Incident {
  const graver = next.priority < before.priority || (type === 'lead' && kinds[event.kind].severity === 'critical');
  const row = graver ? transition('news', next.state) : undefined;
  if (row === undefined) return next;
  return { ...moved(next, row, GATEWAY), log: withLine(next.log, { at, by: GATEWAY, what: row.done, note: reason }) };
}

function following({ key, revision }: Incident): Pick<Incident, 'key' | 'revision'> {
  return { key, revision: revision + 1 };
}

function repeated(incident: Incident, lead: LeadFinding): Incident {
  const evidence = withEvidence(incident.evidence, evidenceOf(lead, 'repeat', following(incident)));
  const next: Incident = {
    ...(incident.test === true ? incident : noted(incident, afterLead(incident, lead), lead)),
    evidence,
    cameras: together(incident.cameras, lead.event.place.cameras),
    condition: stands(evidence) ? 'active' : 'normal',
  };
  const standsItself = standingPoints(evidence, lead.rule).includes(lead.event.point);
  const row = standsItself ? transition('raised-again', incident.state) : undefined;
  if (row === undefined) return next;
  return { ...moved(next, row, GATEWAY), log: withLine(next.log, { at: lead.at, by: GATEWAY, what: row.done, note: lead.reason }) };
}

function strengthened(incident: Incident, support: SupportFinding): Incident {
  const counted = incident.evidence.some(({ role, rule }) => role === 'support' && rule === support.rule);
  return {
    ...(counted || incident.test === true ? incident : noted(incident, afterSupport(incident, support), support)),
    evidence: withEvidence(incident.evidence, evidenceOf(support, 'support', following(incident))),
    cameras: together(incident.cameras, support.event.place.cameras),
  };
}

function ended(incident: Incident, restore: RestoreFinding): Incident | undefined {
  const end = evidenceOf(restore, 'restore', following(incident));
  const evidence = withEvidence(incident.evidence, end);
  const takesBack = incident.evidence.some((each) => isLead(each) && isTakenBackBy(each, restore.rule, restore.event.id));
  if (!takesBack && !endsSomething(incident.evidence, end)) return undefined;
  if (stands(evidence)) return { ...incident, evidence };
  const resolves = restore.resolves && (!takesBack || nothingLeft(evidence));
  const row = resolves ? transition('restored', incident.state) : undefined;
  const next: Incident = { ...incident, evidence, condition: 'normal' };
  if (row === undefined && incident.condition === 'normal') return next;
  const line = { at: restore.at, by: GATEWAY, what: row?.done ?? 'saw it return to normal', note: restore.reason };
  const logged = { ...next, log: withLine(next.log, line) };
  return row === undefined ? logged : moved(logged, row, GATEWAY);
}

/** Whether something stood that the end ends. It may be told so late that the same has begun anew; that may be taken back yet. */
function endsSomething(evidence: readonly Evidence[], end: Evidence): boolean {
  const before = evidence.filter(({ at }) => at <= end.at);
  return standingPoints([...before, end], end.rule).length < standingPoints(before, end.rule).length;
}

/** A restore that names the lead's own event says that there was nothing. */
function isTakenBackBy(lead: Evidence, rule: string, event: string): boolean {
  return lead.rule === rule && lead.event === event;
}

/** Whether every lead was taken back; one that was not stays for a dispatcher, though it may be over. */
function nothingLeft(evidence: readonly Evidence[]): boolean {
  return evidence.filter(isLead).every((lead) => evidence.some(({ role, rule, event }) => role === 'restore' && isTakenBackBy(lead, rule, event)));
}

/** A change of priority stands in the log. */
function noted(incident: Incident, priority: Prioritised, { at, reason }: Finding): Incident {
  if (priority === incident) return incident;
  if (priority.priority === incident.priority) return { ...incident, ...priority };
  const line = { at, by: GATEWAY, what: `raised the priority from ${incident.priority} to ${priority.priority}`, note: reason };
  return { ...incident, ...priority, raisedIn: incident.revision + 1, log: withLine(incident.log, line) };
}

/** The cameras that were there first stay first. */
export function together(cameras: readonly string[], others: readonly string[]): readonly string[] {
  const further = others.filter((camera) => !cameras.includes(camera));
  return further.length === 0 ? cameras : [...cameras, ...further];
}

import type { Evidence, Finding, Incident } from '../domain/incident.ts';

/** How many pieces of evidence an incident keeps, so that a flapping contact cannot grow it without end. */
export const MOST_EVIDENCE = 100;

type Role = Evidence['role'];

/** A finding as evidence in the given role; `revision`: of the incident that it makes. */
export function evidenceOf(
  { event, rule, reason, incidentKey }: Finding,
  role: Role,
  { key, revision }: Pick<Incident, 'key' | 'revision'>,
): Evidence {
  const seen = { event: event.id, at: event.eventAt, kind: event.kind, phase: event.phase, point: event.point };
  const withPicture = event.details['picture'] !== undefined && { picture: true as const };
  return { ...seen, role, rule, text: reason, revision, ...(incidentKey !== key && { key: incidentKey }), ...withPicture };
}

/** Adds a piece; beyond the most that is kept, the oldest goes that nothing depends on. */
export function withEvidence(evidence: readonly Evidence[], ...added: readonly Evidence[]): readonly Evidence[] {
  let all: readonly Evidence[] = [...evidence, ...added];
  while (all.length > MOST_EVIDENCE) {
    const droppable = indexOfDroppable(all);
    if (droppable === -1) break;
    all = all.toSpliced(droppable, 1);
  }
  return all;
}

/**
 * The first and the last of each rule, role and point stay: they tell what opened the incident,
 * which rules have raised its priority and what still stands. Their number is bounded by the rules and points of one incident.
 */
function indexOfDroppable(evidence: readonly Evidence[]): number {
  return evidence.findIndex((each, index) => isAmong(each, evidence, 0, index) && isAmong(each, evidence, index + 1, evidence.length));
}

/** Whether a piece of the same series stands at one of these places. */
function isAmong({ rule, role, point }: Evidence, evidence: readonly Evidence[], from: number, to: number): boolean {
  for (let index = from; index < to; index += 1) {
    const other = evidence[index];
    if (other?.rule === rule && other.role === role && other.point === point) return true;
  }
  return false;
}

/** Whether the incident has taken this finding already, in this run of the gateway or in one before. */
export function knows({ evidence, occurredAt }: Incident, { type, rule, event }: Finding): boolean {
  const roles = rolesOf[type];
  // What is found again has mostly been found lately.
  if (
    evidence.findLastIndex((each) => each.at === event.eventAt && each.event === event.id && each.rule === rule && roles.includes(each.role)) !== -1
  )
    return true;
  if (evidence.length < MOST_EVIDENCE || event.eventAt < occurredAt) return false;
  // Old evidence was dropped: what is older than the rest was among it.
  const oldestDroppable = evidence[indexOfDroppable(evidence)];
  return oldestDroppable !== undefined && event.eventAt < oldestDroppable.at;
}

const rolesOf: Record<Finding['type'], readonly Role[]> = { lead: ['lead', 'repeat'], support: ['support'], restore: ['restore'] };

/** Whether anything that opened the incident, or said the same again, has not been restored since. */
export function stands(evidence: readonly Evidence[]): boolean {
  const rules = new Set<string>();
  for (const each of evidence) if (isLead(each)) rules.add(each.rule);
  for (const rule of rules) if (standingPoints(evidence, rule).length > 0) return true;
  return false;
}

/**
 * The points at which what the rule found still stands, in event time; of two things at the same time the one told later counts.
 * A restore counts for its own point, or for all points of the rule where its own never led. What was taken back was never there.
 */
export function standingPoints(evidence: readonly Evidence[], rule: string): readonly string[] {
  const told = withoutTakenBack(evidence.filter((each) => each.rule === rule && each.role !== 'support'));
  const points = [...new Set(told.filter(isLead).map(({ point }) => point))];
  const latest = new Map<string, Evidence>();
  for (const each of told) {
    const concerned = points.includes(each.point) ? [each.point] : points;
    for (const point of concerned) if (each.at >= (latest.get(point)?.at ?? -Infinity)) latest.set(point, each);
  }
  return points.filter((point) => {
    const last = latest.get(point);
    return last !== undefined && isLead(last);
  });
}

/** A restore that names the event of a lead takes that lead back, and ends nothing else. */
function withoutTakenBack(told: readonly Evidence[]): readonly Evidence[] {
  const ends = new Set(told.filter(({ role }) => role === 'restore').map(({ event }) => event));
  if (ends.size === 0) return told;
  const takenBack = new Set(told.filter((each) => isLead(each) && ends.has(each.event)).map(({ event }) => event));
  return takenBack.size === 0 ? told : told.filter(({ event }) => !takenBack.has(event));
}

export function isLead({ role }: Evidence): boolean {
  return role === 'lead' || role === 'repeat';
}

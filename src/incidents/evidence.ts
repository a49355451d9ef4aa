import type { Evidence, Finding, Incident } from '../domain/incident.ts';

/** How many pieces of evidence an incident keeps, so that a flapping contact cannot grow it without end. */
export const MOST_EVIDENCE = 200;

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
  const first = new Map<string, number>();
  const last = new Map<string, number>();
  for (const [index, { rule, role, point }] of evidence.entries()) {
    const series = `${rule} ${role} ${point}`;
    if (!first.has(series)) first.set(series, index);
    last.set(series, index);
  }
  const kept = new Set([...first.values(), ...last.values()]);
  return evidence.findIndex((_, index) => !kept.has(index));
}

/** Whether the incident has taken this finding already, in this run of the gateway or in one before. */
export function knows({ evidence, occurredAt }: Incident, { type, rule, event }: Finding): boolean {
  const roles = rolesOf[type];
  if (evidence.some((each) => each.event === event.id && each.rule === rule && roles.includes(each.role))) return true;
  if (evidence.length < MOST_EVIDENCE || event.eventAt < occurredAt) return false;
  // Old evidence was dropped: what is older than the rest was among it.
  const oldestDroppable = evidence[indexOfDroppable(evidence)];
  return oldestDroppable !== undefined && event.eventAt < oldestDroppable.at;
}

const rolesOf: Record<Finding['type'], readonly Role[]> = { lead: ['lead', 'repeat'], support: ['support'], restore: ['restore'] };

/** Whether anything that opened the incident, or said the same again, has not been restored since. */
export function stands(evidence: readonly Evidence[]): boolean {
  const rules = new Set(evidence.filter(isLead).map(({ rule }) => rule));
  return [...rules].some((rule) => standingPoints(evidence, rule).length > 0);
}

/**
 * The points at which what the rule found still stands, in event time; of two things at the same time the one told later counts.
 * A restore counts for its own point, or for all points of the rule where its own never led.
 */
export function standingPoints(evidence: readonly Evidence[], rule: string): readonly string[] {
  const ofRule = evidence.filter((each) => each.rule === rule && each.role !== 'support');
  const points = [...new Set(ofRule.filter(isLead).map(({ point }) => point))];
  return points.filter((point) => {
    const relevant = ofRule.filter((each) => each.point === point || (each.role === 'restore' && !points.includes(each.point)));
    const latest = relevant.reduce<Evidence | undefined>((best, each) => (best === undefined || each.at >= best.at ? each : best), undefined);
    return latest !== undefined && isLead(latest);
  });
}

export function isLead({ role }: Evidence): boolean {
  return role === 'lead' || role === 'repeat';
}

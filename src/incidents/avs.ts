import type { Avs, AvsLevel } from '../domain/avs.ts';
import { avsWords } from '../domain/avs.ts';
import type { EpochMs } from '../domain/clock.ts';
import type { Evidence, Incident, Priority } from '../domain/incident.ts';
import type { EventKind } from '../domain/kinds.ts';
import { isLead } from './evidence.ts';
import { withLine } from './log.ts';
import { asUrgentAs } from './priority.ts';
import { listed } from './words.ts';

/** Signals of people in danger. */
const threats: readonly EventKind[] = ['duress.alarm', 'holdup.alarm', 'panic.alarm'];
/** Kinds of incident, and of events that lead to them, that ANSI/TMA-AVS-01 is about: somebody may be where nobody should be. */
const intrusions: readonly EventKind[] = ['intrusion.alarm', 'door.forced', ...threats];
const intrusionKinds: readonly string[] = ['intrusion', 'door-forced'];

/** How urgent a confirmed level makes an incident at least. */
const urgency: Readonly<Record<AvsLevel, Priority>> = { 0: 5, 1: 5, 2: 2, 3: 1, 4: 1 };

/** The incident with the level that its evidence suggests; the same object where that is known already, or where levels do not apply. */
export function scored(incident: Incident): Incident {
  const suggested = suggestion(incident);
  const known = incident.avs?.suggested;
  if (suggested === undefined || (known?.level === suggested.level && known.because === suggested.because)) return incident;
  return { ...incident, avs: { ...incident.avs, suggested } };
}

function suggestion({ kind, evidence }: Incident): Avs['suggested'] | undefined {
  const first = new Map<EventKind, Evidence>();
  const zones = new Set<string>();
  let isIntrusion = intrusionKinds.includes(kind);
  for (const each of evidence) {
    if (each.role === 'restore') continue;
    if (!first.has(each.kind)) first.set(each.kind, each);
    if (each.kind === 'intrusion.alarm') zones.add(each.point);
    isIntrusion ||= isLead(each) && intrusions.includes(each.kind);
  }
  if (!isIntrusion) return undefined;
  const threat = [...first.values()].find((each) => threats.includes(each.kind));
  if (threat !== undefined) return { level: 4, because: threat.text };
  const person = first.get('video.person');
  if (person !== undefined) return { level: 2, because: person.text };
  if (zones.size > 1) return { level: 2, because: `${listed([...zones], 'and')} are in alarm` };
  const motion = first.get('video.motion');
  if (motion !== undefined) return { level: 2, because: motion.text };
  return { level: 1, because: 'nothing besides the alarm says that somebody is there' };
}

/** The incident after a dispatcher confirmed or changed the level; a grave one makes it more urgent. */
export function leveled(incident: Incident, level: AvsLevel, by: string, at: EpochMs, note: string | undefined): Incident {
  const because = `AVS level ${level}, ${avsWords[level].toLowerCase()}, says ${by}`;
  const priority = incident.test === true ? incident : asUrgentAs(incident, urgency[level], because);
  const suggested = incident.avs?.suggested ?? { level, because: 'given by a dispatcher' };
  const revision = incident.revision + 1;
  return {
    ...incident,
    ...priority,
    ...(priority.priority < incident.priority && { raisedIn: revision }),
    avs: { suggested, confirmed: { level, by, at } },
    log: withLine(incident.log, { at, by, what: `set AVS level ${level}`, ...(note !== undefined && { note }) }),
    revision,
  };
}

import type { Audit } from '../access/audit.ts';
import type { Clock } from '../domain/clock.ts';
import type { Site } from '../domain/site.ts';
import { DoorStates } from '../intake/door-states.ts';
import type { Intake } from '../intake/intake.ts';
import type { Journal } from '../intake/journal.ts';
import { PanelStates } from '../intake/panel-states.ts';
import type { BookWriter } from '../store/book-writer.ts';
import type { Desk } from './desk.ts';

export interface PublicationsOptions {
  readonly desk: Desk;
  readonly site: Site;
  readonly clock: Clock;
  readonly journal: Journal;
  readonly intake: Intake;
  readonly book: BookWriter;
  readonly audit: Audit;
}

const LOG_LINES = 200;

/** Puts the states of doors and panels, the incidents and the log before every console, now and whenever they change. */
export function publish({ desk, site, clock, journal, intake, book, audit }: PublicationsOptions): { readonly doors: DoorStates } {
  const doors = new DoorStates(site, clock, journal.latestOfEach());
  const panels = new PanelStates(site, journal.latestOfEach());
  desk.publish({ incidents: [...book.incidents.values()], doors: doors.all(), panels: panels.all(), log: audit.latest(LOG_LINES) });
  intake.events.subscribe((event) => {
    const door = doors.apply(event);
    if (door !== undefined) desk.publish({ doors: [door] });
    const panel = panels.apply(event);
    if (panel !== undefined) desk.publish({ panels: [panel] });
  });
  book.changes.subscribe((changes) => {
    const steps = changes.flatMap(({ incident, lines }) =>
      lines.map(({ at, by, what, note }) => ({
        at,
        by,
        incident: incident.id,
        point: incident.point,
        text: `${what}: ${incident.title}${note === undefined ? '' : ` (${note})`}`,
      })),
    );
    desk.publish({ incidents: changes.map(({ incident }) => incident), log: audit.writeAll(steps) });
  });
  book.alarms.subscribe((alarms) => desk.publish({ alarms }));
  return { doors };
}

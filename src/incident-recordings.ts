import type { Clock, EpochMs } from './domain/clock.ts';
import type { Incident, LogEntry } from './domain/incident.ts';
import { REOPENED } from './incidents/life-cycle.ts';
import type { BookWriter } from './store/book-writer.ts';
import type { Video } from './video/index.ts';

export interface IncidentRecordingsOptions {
  readonly video: Pick<Video, 'keep' | 'over'>;
  readonly book: Pick<BookWriter, 'incidents' | 'changes'>;
  readonly clock: Clock;
  readonly longestMinutes: number;
}

/** Records what cameras saw of each incident, from its beginning until it is closed, and again each time that it is reopened. */
export function recordIncidents({ video, book, clock, longestMinutes }: IncidentRecordingsOptions): { resume(): void } {
  book.changes.subscribe((changes) => {
    for (const { incident, isNew, lines } of changes) {
      const reopenedAt = lastReopening(lines);
      if (isNew) video.keep(incident.id, incident.cameras, incident.occurredAt);
      else if (reopenedAt !== undefined) video.keep(incident.id, incident.cameras, reopenedAt, true);
      if (incident.state === 'closed') video.over(incident.id);
    }
  });
  return {
    /** Goes on with what the end of the last run cut off, and begins what the journal told of before there were cameras. */
    resume() {
      const horizon = clock.now() - longestMinutes * 60_000;
      for (const incident of book.incidents.values()) {
        const { id, state, cameras } = incident;
        const from = recordedFrom(incident);
        if (state !== 'closed' && from > horizon) video.keep(id, cameras, from, true);
      }
    },
  };
}

function recordedFrom({ occurredAt, log }: Incident): EpochMs {
  return lastReopening(log) ?? occurredAt;
}

function lastReopening(lines: readonly LogEntry[]): EpochMs | undefined {
  return lines.findLast(({ what }) => what === REOPENED)?.at;
}

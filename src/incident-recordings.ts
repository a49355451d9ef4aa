import type { Clock } from './domain/clock.ts';
import type { BookWriter } from './store/book-writer.ts';
import type { Video } from './video/index.ts';

export interface IncidentRecordingsOptions {
  readonly video: Pick<Video, 'keep' | 'over'>;
  readonly book: Pick<BookWriter, 'incidents' | 'changes'>;
  readonly clock: Clock;
  readonly longestMinutes: number;
}

/** Records what cameras saw of each incident, from its beginning until it is closed. */
export function recordIncidents({ video, book, clock, longestMinutes }: IncidentRecordingsOptions): { resume(): void } {
  book.changes.subscribe((changes) => {
    for (const { incident, isNew } of changes) {
      if (isNew) video.keep(incident.id, incident.cameras, incident.occurredAt);
      if (incident.state === 'closed') video.over(incident.id);
    }
  });
  return {
    /** Goes on with what the end of the last run cut off, and begins what the journal told of before there were cameras. */
    resume() {
      const horizon = clock.now() - longestMinutes * 60_000;
      for (const { id, state, cameras, occurredAt } of book.incidents.values())
        if (state !== 'closed' && occurredAt > horizon) video.keep(id, cameras, occurredAt, true);
    },
  };
}

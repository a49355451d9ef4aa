import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Clock, EpochMs } from '../domain/clock.ts';
import type { PointId } from '../domain/point.ts';
import type { CameraFeed } from './camera-feed.ts';
import { fileName, partPath } from './evidence-files.ts';
import { KeptRecordings } from './kept-recordings.ts';
import type { PastSource } from './past.ts';
import { Recording, SHARED_WITHIN_MS } from './recording.ts';
import type { Claim } from './recording.ts';

export const BEFORE_ALARM_MS = 10_000;
/** As long as the incident is open, its recording goes on, up to the longest. */
const AFTER_ALARM_MS = 30_000;
export const DEFAULT_RECORDING_MINUTES = 5;
/** A recording may begin up to a group of pictures before it must, and end a little after. */
const SLACK_MS = 60_000;
/** The pictures that show the alarm may come a moment after it. */
const LATE_MS = 1_000;
const MAX_PARTS = 100;

export interface EvidenceOptions {
  readonly directory: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** How long after the alarm the recording of an open incident ends. */
  readonly longestMs: number;
  /** Called when a recording lacks a part that it should have, with a sentence. */
  readonly incomplete: (camera: PointId, sentence: string) => void;
}

/** Keeps what cameras saw around an alarm, as `<directory>/<incident>/<camera>.mp4`, so that it can be seen after the ring has moved on. */
export class Evidence {
  readonly #options: EvidenceOptions;
  /** Each with when the alarms of its incidents were. */
  readonly #recordings = new Map<Recording, { readonly feed: CameraFeed; readonly alarms: Map<string, EpochMs> }>();
  readonly #kept: KeptRecordings;
  #closed = false;

  constructor(options: EvidenceOptions) {
    this.#options = options;
    this.#kept = new KeptRecordings(options.directory, BEFORE_ALARM_MS + options.longestMs + SHARED_WITHIN_MS + SLACK_MS);
  }

  /**
   * Begins at once to keep what `feed` saw and will see around `at`: incidents of one camera at about the same time share a recording, so that
   * however many there are, no camera is written more than a few times. Asking again for the same incident and camera changes nothing,
   * but `resumes` goes on after a recording that was cut off or is over, and lets one that began lately last longer.
   */
  keep(incident: string, feed: CameraFeed, at: EpochMs, resumes = false): void {
    const { directory, clock, log, longestMs } = this.#options;
    const own = [...this.#recordings].filter(([, { feed: other }]) => other === feed);
    const serving = own.filter(([recording]) => recording.serves(incident));
    if (this.#closed || (serving.length > 0 && !resumes)) return;
    // An event may carry a time to come, by a device's wrong clock.
    const alarmAt = Math.min(at, clock.now());
    const to = alarmAt + longestMs;
    for (const [recording, { alarms }] of serving) {
      if (recording.prolong(incident, to)) return void alarms.set(incident, alarmAt);
      recording.endFor(incident, clock.now());
    }
    const path = (part: number) => partPath(directory, incident, feed.camera, part);
    let part = 1;
    while (part < MAX_PARTS && existsSync(path(part))) part += 1;
    if (part > 1 && !resumes) return;
    try {
      mkdirSync(join(directory, fileName(incident)), { recursive: true });
    } catch (error) {
      log.error({ err: error }, 'no recording of an alarm can be kept: check the data directory');
      this.#tellIncomplete(feed, incident, 'is missing: the disk of the data directory refuses it');
      return;
    }
    const claim: Claim = { incident, from: alarmAt - BEFORE_ALARM_MS, to, part, path };
    const shared = own.find((each) => !serving.includes(each) && each[0].share(claim));
    shared?.[1].alarms.set(incident, alarmAt);
    const recording = shared?.[0] ?? this.#start(feed, claim, alarmAt);
    const lateMs = (recording.begins ?? 0) - alarmAt;
    if (part === 1 && lateMs > LATE_MS)
      this.#tellIncomplete(feed, incident, `begins ${Math.round(lateMs / 1000)} s after the alarm: what was before is not in memory`);
  }

  /** The incident is over: its recordings end when the usual time is. */
  over(incident: string): void {
    for (const [recording, { alarms }] of this.#recordings) {
      const alarmAt = alarms.get(incident);
      if (alarmAt !== undefined) recording.endFor(incident, alarmAt + AFTER_ALARM_MS);
    }
  }

  /** The recordings of a camera that may have something between two moments, in the order in which they begin. */
  sources(camera: PointId, from: EpochMs, to: EpochMs): Promise<PastSource[]> {
    return this.#kept.sources(camera, from, to);
  }

  /** Ends all recordings with what there is. */
  async close(): Promise<void> {
    this.#closed = true;
    const recordings = [...this.#recordings.keys()];
    for (const recording of recordings) recording.end();
    await Promise.all(recordings.map(({ done }) => done));
  }

  #start(feed: CameraFeed, first: Claim, alarmAt: EpochMs): Recording {
    const { clock, log } = this.#options;
    const alarms = new Map([[first.incident, alarmAt]]);
    const recording = new Recording(
      {
        feed,
        clock,
        log,
        onPart: (part) => this.#kept.add(feed.camera, part),
        onUnshared: (claim) => {
          const at = alarms.get(claim.incident);
          if (!this.#closed && at !== undefined) this.#start(feed, claim, at);
        },
        onCutOff: (reason) => {
          for (const incident of alarms.keys()) this.#tellIncomplete(feed, incident, `ends early: ${reason}`);
        },
      },
      first,
    );
    this.#recordings.set(recording, { feed, alarms });
    void recording.done.then(() => this.#recordings.delete(recording));
    return recording;
  }

  #tellIncomplete({ camera }: CameraFeed, incident: string, what: string): void {
    const { log, incomplete } = this.#options;
    log.warn({ camera, incident }, `the recording of an alarm ${what}`);
    incomplete(camera, `the recording of ${incident} ${what}`);
  }
}

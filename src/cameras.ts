import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Observable } from 'rxjs';
import type { Fleet } from './adapter/fleet.ts';
import type { Desk } from './desk/desk.ts';
import type { Clock, EpochMs } from './domain/clock.ts';
import type { Effect } from './domain/effect.ts';
import type { Site } from './domain/site.ts';
import { doEffects } from './effects.ts';
import { GATEWAY } from './incidents/life-cycle.ts';
import { recordIncidents } from './incident-recordings.ts';
import type { Intake } from './intake/intake.ts';
import { latestFrame } from './integrator/frame.ts';
import { PtzControl } from './ptz/control.ts';
import { IncidentPresets } from './ptz/incident-presets.ts';
import { recorders } from './recorders.ts';
import type { SiteFile } from './site/schema.ts';
import type { BookWriter } from './store/book-writer.ts';
import { planStreams } from './video/budget.ts';
import { createVideo } from './video/index.ts';
import type { Video } from './video/index.ts';
import { RingMemory } from './video/ring-memory.ts';
import { Snapshots } from './video/snapshots.ts';
import { Stills } from './video/stills.ts';

export interface CamerasOptions {
  readonly site: Site;
  readonly kept: SiteFile['video'];
  readonly dataFolder: string;
  readonly book: BookWriter;
  readonly effects: Observable<Effect>;
  readonly intake: Intake;
  readonly fleet: Fleet;
  readonly desk: Desk;
  readonly audit: (line: { at?: EpochMs; by: string; text: string; point?: string }) => void;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Every camera's pictures, and who moves it. */
export interface Cameras {
  readonly video: Video;
  readonly stills: Stills;
  readonly snapshots: Snapshots;
  readonly ptz: PtzControl;
  readonly rings: RingMemory;
  /** Connects to the cameras. */
  attach(): void;
  close(): Promise<void>;
}

/** Opens the way of the pictures, camera, ring, tiles and evidence; each new incident keeps its own and turns the cameras that cover it. */
export function openCameras({ site, kept, dataFolder, book, effects, intake, fleet, desk, audit, clock, log }: CamerasOptions): Cameras {
  const plan = planStreams(kept, site.cameras.length);
  const video = createVideo({
    ...kept,
    ...plan,
    clock,
    log,
    dataDir: dataFolder,
    isHeld: (incident) => book.holds(incident),
    incomplete: (camera, text) => audit({ by: GATEWAY, point: camera, text }),
    recorder: recorders(site.cameras, fleet),
    report: (signal) => intake.report(signal.point, signal),
  });
  const rings = new RingMemory({
    clock,
    log,
    status: () => video.status(),
    plannedMegabytes: plan.megabytes,
    allowedMegabytes: kept.memoryMegabytes,
    tooMuch: (text) => audit({ by: GATEWAY, text }),
  });
  const stills = new Stills([takePicture, (camera) => latestFrame(video, camera, clock)], clock);
  const snapshots = new Snapshots(join(dataFolder, 'evidence'), (camera) => stills.take(camera), log);
  const ptz = new PtzControl({
    cameras: site.cameras,
    facet: (camera) => fleet.cameras(camera),
    clock,
    publish: (state) => desk.publish({ ptz: [state] }),
    audit: ({ by = GATEWAY, ...line }) => audit({ ...line, by }),
  });
  const presets = new IncidentPresets(site.cameras, ptz);
  const recordings = recordIncidents({ video, book, clock, longestMinutes: kept.recordingMinutes });
  book.changes.subscribe((changes) => {
    for (const { incident, isNew } of changes) {
      if (isNew) snapshots.keep(incident.id, incident.cameras);
      presets.apply(incident, isNew);
    }
  });
  effects.subscribe(doEffects({ video, ptz, audit }));
  return { video, stills, snapshots, ptz, rings, attach, close };

  async function takePicture(camera: string): Promise<Uint8Array> {
    const taken = await fleet.cameras(camera).snapshot?.(camera);
    if (taken === undefined) throw new Error('its adapter has no single pictures');
    return taken.jpeg;
  }

  function attach(): void {
    for (const { id, name } of site.cameras)
      video.attach({ id, name }, async (stream) => (stream === 'main' ? fleet.cameras(id).stream(id) : fleet.cameras(id).substream?.(id)));
    presets.resume(book.incidents.values());
    recordings.resume();
  }

  async function close(): Promise<void> {
    rings.close();
    await snapshots.close();
    await video.close();
  }
}

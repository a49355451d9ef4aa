import { rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { PointId } from '../../domain/point.ts';
import { recordingOf } from '../evidence-files.ts';
import { Retention } from '../retention.ts';
import { closeCodes } from '../video.ts';
import type { Video, VideoOptions } from '../video.ts';
import { VideoThread } from './video-thread.ts';

/** So many cameras take a fifth of a core; a thread for fewer would only take memory. */
const CAMERAS_PER_THREAD = 50;

/** Over how many threads cameras are spread. */
export interface Spread {
  readonly mostThreads: number;
  /** A further thread is begun when each has so many. */
  readonly camerasPerThread: number;
}

const usualSpread: Spread = { mostThreads: Math.max(availableParallelism() - 1, 1), camerasPerThread: CAMERAS_PER_THREAD };

/** Video in threads of its own, so that alarms never wait for pictures, nor the other way round. */
export function createVideo(options: VideoOptions, { mostThreads, camerasPerThread }: Spread = usualSpread): Video {
  const threads: VideoThread[] = [];
  const evidence = join(options.dataDir, 'evidence');
  // Clips that nobody fetched before the gateway was stopped.
  rmSync(join(options.dataDir, 'clips'), { recursive: true, force: true });
  const retention = new Retention(evidence, options);

  const threadOf = (camera: PointId) => threads.find((thread) => thread.has(camera));

  function threadForAnother(): VideoThread {
    const [least] = [...threads].sort((a, b) => a.size - b.size);
    if (least !== undefined && (least.size < camerasPerThread || threads.length >= mostThreads)) return least;
    const thread = new VideoThread(options);
    threads.push(thread);
    return thread;
  }

  return {
    attach({ id, name }, open) {
      (threadOf(id) ?? threadForAnother()).attach(id, name, open);
    },
    serve(socket, camera) {
      const thread = threadOf(camera);
      if (thread === undefined) socket.close(closeCodes.tryAgainLater, 'this camera is not connected yet');
      else thread.serve(socket, camera);
    },
    keep(incident, cameras, at, resumes) {
      for (const thread of threads) {
        const own = cameras.filter((camera) => thread.has(camera));
        if (own.length > 0) thread.keep(incident, own, at, resumes);
      }
    },
    over(incident) {
      for (const thread of threads) thread.over(incident);
    },
    clip: async (camera, from, to) => threadOf(camera)?.clip(camera, from, to),
    evidence: (incident, camera) => recordingOf(evidence, incident, camera),
    status: () => threads.flatMap((thread) => thread.status()),
    memory: () => threads.flatMap((thread) => thread.memory()),
    async close() {
      await Promise.all([retention.close(), ...threads.map((thread) => thread.close())]);
    },
  };
}

import { join } from 'node:path';
import type { PointId } from '../domain/point.ts';
import { CameraFeed } from './camera-feed.ts';
import type { Reader } from './camera-feed.ts';
import { writeClip } from './clip.ts';
import { Evidence } from './evidence.ts';
import { joined, picturesOf } from './past.ts';
import { SlabPool } from './slabs.ts';
import { closeCodes } from './video.ts';
import type { TileSocket, Video, VideoOptions } from './video.ts';
import { VideoError } from './video-error.ts';
import { Viewer } from './viewer.ts';
import type { FindPast } from './viewer.ts';

const DEFAULT_RING_SECONDS = 15;
const MAX_CLIPS = 2;

/** As long as a clip is being made, the memory of its pictures is not used again. */
const holder: Reader = { kind: 'recording', idle: false, picture: () => undefined, state: () => undefined };

/** The video of some cameras in the thread that calls it. Nothing is connected to before the first `attach`. */
export function createEngine(options: VideoOptions): Video {
  const { clock, log, dataDir, ringSeconds = DEFAULT_RING_SECONDS } = options;
  const pool = new SlabPool();
  const feeds = new Map<PointId, CameraFeed>();
  const sockets = new Set<TileSocket>();
  let clipsUnderWay = 0;
  const evidence = new Evidence(join(dataDir, 'evidence'), clock, log);

  const findPast: FindPast = async function* ({ camera, ring }, from, to) {
    const recordings = ring.covers(from) ? [] : await evidence.sources(camera, from, to);
    yield* joined([...recordings, () => picturesOf(ring.between(from, to))], from, to);
  };

  return {
    attach({ id, name }, open) {
      let feed = feeds.get(id);
      if (feed === undefined) {
        feed = new CameraFeed(id, { clock, log, pool, ringSeconds, report: (signal) => options.report(signal), random: Math.random });
        feeds.set(id, feed);
      }
      feed.start(name, open);
    },
    serve(socket, camera) {
      const feed = feeds.get(camera);
      if (feed === undefined) {
        socket.close(closeCodes.tryAgainLater, 'this camera is not connected yet');
        return;
      }
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      new Viewer(socket, feed, clock, findPast);
    },
    keep(incident, cameras, at, resumes) {
      for (const camera of new Set(cameras)) {
        const feed = feeds.get(camera);
        if (feed !== undefined) evidence.keep(incident, feed, at, resumes);
      }
    },
    attended: (incident) => evidence.attended(incident),
    async clip(camera, from, to) {
      const feed = feeds.get(camera);
      if (feed === undefined) return undefined;
      if (clipsUnderWay >= MAX_CLIPS) throw new VideoError('unsupported', 'too many clips are being made: ask again in a moment');
      clipsUnderWay += 1;
      feed.addReader(holder);
      try {
        return await writeClip(join(dataDir, 'clips'), findPast(feed, from, to));
      } finally {
        clipsUnderWay -= 1;
        if (clipsUnderWay === 0) for (const each of feeds.values()) each.removeReader(holder);
      }
    },
    evidence: (incident, camera) => evidence.path(incident, camera),
    status: () => [...feeds.values()].map((feed) => feed.status()),
    async close() {
      for (const socket of sockets) socket.close(closeCodes.goingAway, 'the gateway is stopping');
      await evidence.close();
      await Promise.all([...feeds.values()].map((feed) => feed.close()));
      feeds.clear();
      // Those whose console has not answered by now would keep the process alive for half a minute.
      for (const socket of sockets) socket.terminate();
    },
  };
}

import { join } from 'node:path';
import type { PointId } from '../domain/point.ts';
import { CameraFeed } from './camera-feed.ts';
import { CameraStreams } from './camera-streams.ts';
import { writeClip } from './clip.ts';
import { DEFAULT_RECORDING_MINUTES, Evidence } from './evidence.ts';
import { recordingOf } from './evidence-files.ts';
import { joined, picturesOf } from './past.ts';
import { filled } from './replay/fill.ts';
import { fromRecorder } from './replay/from-recorder.ts';
import { SlabPool } from './slabs.ts';
import { TranscoderPlaces } from './transcoder.ts';
import { closeCodes } from './video.ts';
import type { TileSocket, Video, VideoOptions } from './video.ts';
import { VideoError } from './video-error.ts';
import { Viewer } from './viewer.ts';
import type { FindPast } from './viewer.ts';

const DEFAULT_RING_SECONDS = 15;
const MAX_CLIPS = 2;
/** Each takes about a third of a core. */
const DEFAULT_CONVERSIONS = 1;
/** A recorder needs a moment before it can replay what it records. */
const RECORDED_AFTER_MS = 5_000;

/** The video of some cameras in the thread that calls it. Nothing is connected to before the first `attach`. */
export function createEngine(options: VideoOptions): Video {
  const { clock, log, dataDir, ringSeconds = DEFAULT_RING_SECONDS, ringStream = 'main', liveMain = true } = options;
  const pool = new SlabPool();
  const cameras = new Map<PointId, CameraStreams>();
  const sockets = new Set<TileSocket>();
  let clipsUnderWay = 0;
  const places = new TranscoderPlaces(options.conversions ?? DEFAULT_CONVERSIONS);
  const directory = join(dataDir, 'evidence');
  const { recordingMinutes = DEFAULT_RECORDING_MINUTES, incomplete = () => undefined } = options;
  const evidence = new Evidence({ directory, clock, log, longestMs: recordingMinutes * 60_000, incomplete });

  const { recorder } = options;
  const findPast: FindPast = async function* ({ camera, ring }, from, to, note) {
    const recordings = ring.covers(from) ? [] : await evidence.sources(camera, from, to);
    const local = joined([...recordings, () => picturesOf(ring, from, to)], from, to);
    if (recorder === undefined) yield* local;
    else
      yield* filled(local, from, Math.min(to, clock.now() - RECORDED_AFTER_MS), (first, last) =>
        fromRecorder(recorder, clock, note, camera, first, last),
      );
  };

  const silent = log.child({}, { level: 'silent' });

  /** Of the stream that is only looked at, the group that begins is enough, and its loss is told of by the ring. */
  function feedOf(id: PointId, use: 'ring' | 'view'): CameraFeed {
    const shared = { clock, pool, random: Math.random };
    if (use === 'view') return new CameraFeed(id, { ...shared, log: silent, ringSeconds: 0, report: () => Promise.resolve() });
    return new CameraFeed(id, { ...shared, log, ringSeconds, report: (signal) => options.report(signal) });
  }

  return {
    attach({ id, name }, open) {
      let camera = cameras.get(id);
      if (camera === undefined) {
        camera = new CameraStreams({ clock, ringStream, liveMain, feed: (use) => feedOf(id, use) });
        cameras.set(id, camera);
      }
      camera.start(name, open);
    },
    serve(socket, id) {
      const camera = cameras.get(id);
      if (camera === undefined) {
        socket.close(closeCodes.tryAgainLater, 'this camera is not connected yet');
        return;
      }
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      new Viewer(socket, camera, clock, findPast, places);
    },
    keep(incident, seenBy, at, resumes) {
      for (const id of new Set(seenBy)) {
        const camera = cameras.get(id);
        if (camera !== undefined) evidence.keep(incident, camera.ring, at, resumes);
      }
    },
    over: (incident) => evidence.over(incident),
    async clip(camera, from, to) {
      const feed = cameras.get(camera)?.ring;
      if (feed === undefined) return undefined;
      if (clipsUnderWay >= MAX_CLIPS) throw new VideoError('unsupported', 'too many clips are being made: ask again in a moment');
      clipsUnderWay += 1;
      try {
        return await writeClip(
          join(dataDir, 'clips'),
          findPast(feed, from, to, (sentence) => log.warn({ camera }, sentence)),
        );
      } finally {
        clipsUnderWay -= 1;
      }
    },
    evidence: (incident, camera) => recordingOf(directory, incident, camera),
    status: () => [...cameras.values()].map(({ ring, ringStream: stream }) => ({ ...ring.status(), stream })),
    memory() {
      const { heapUsed, heapTotal, external } = process.memoryUsage();
      return [{ heapUsed, heapTotal, external, slabs: pool.bytes, slabsFree: pool.freeBytes }];
    },
    async close() {
      for (const socket of sockets) socket.close(closeCodes.goingAway, 'the gateway is stopping');
      await evidence.close();
      await Promise.all([...cameras.values()].map((camera) => camera.close()));
      cameras.clear();
      // Those whose console has not answered by now would keep the process alive for half a minute.
      for (const socket of sockets) socket.terminate();
    },
  };
}

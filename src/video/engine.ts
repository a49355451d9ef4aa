import { join } from 'node:path';
import type { EpochMs } from '../domain/clock.ts';
import type { PointId } from '../domain/point.ts';
import { CameraFeed } from './camera-feed.ts';
import { Evidence } from './evidence.ts';
import type { Group } from './ring.ts';
import { epochAt } from './rtp/timeline.ts';
import { SlabPool } from './slabs.ts';
import { closeCodes } from './video.ts';
import type { TileSocket, Video, VideoOptions } from './video.ts';
import { Viewer } from './viewer.ts';
import type { FindPast, Piece } from './viewer.ts';

const DEFAULT_RING_SECONDS = 15;

/** The video of some cameras in the thread that calls it. Nothing is connected to before the first `attach`. */
export function createEngine(options: VideoOptions): Video {
  const { clock, log, dataDir, ringSeconds = DEFAULT_RING_SECONDS } = options;
  const pool = new SlabPool();
  const feeds = new Map<PointId, CameraFeed>();
  const sockets = new Set<TileSocket>();
  const evidence = new Evidence(join(dataDir, 'evidence'), clock, log);

  const findPast: FindPast = async ({ camera, ring }, from, to) => {
    const kept = ring.covers(from) ? [] : await evidence.find(camera, from, to);
    return kept.length > 0 ? kept : ring.between(from, to).map((group) => pieceOf(group, to));
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
    keep(incident, cameras, at) {
      for (const camera of new Set(cameras)) {
        const feed = feeds.get(camera);
        if (feed !== undefined) evidence.keep(incident, feed, at);
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

function pieceOf({ stream, pictures }: Group, to: EpochMs): Piece {
  const wanted = pictures.filter(({ showAt }) => epochAt(stream.epochAtZero, showAt) <= to);
  return { stream, fragments: wanted.map(({ fragment }) => fragment) };
}

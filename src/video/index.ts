import { join } from 'node:path';
import type { Logger } from 'pino';
import type { WebSocket } from 'ws';
import type { StreamAddress } from '../adapter/contract.ts';
import type { Clock, EpochMs } from '../domain/clock.ts';
import type { DeviceSignal } from '../domain/event.ts';
import type { PointId } from '../domain/point.ts';
import { CameraFeed } from './camera-feed.ts';
import { Evidence } from './evidence.ts';
import type { Group } from './ring.ts';
import { epochAt } from './rtp/timeline.ts';
import { SlabPool } from './slabs.ts';
import type { CameraStatus } from './status.ts';
import { Viewer } from './viewer.ts';
import type { FindPast, Piece } from './viewer.ts';

export type { CameraStatus } from './status.ts';

export interface VideoOptions {
  readonly clock: Clock;
  readonly log: Logger;
  /** Recordings of alarms go to `evidence` in it. */
  readonly dataDir: string;
  /** How much of the past is always in memory, in whole groups of pictures; 15 if not said. */
  readonly ringSeconds?: number;
  /** Tells intake that a camera's picture was lost (raised, once) or is back (restored, once). */
  report(signal: DeviceSignal): Promise<void>;
}

/** The cameras' pictures: taken in all the time, shown live or from the past, kept around alarms. */
export interface Video {
  /** Starts to take a camera's pictures in. `open` is asked for the address at each attempt. Calling again for the same camera replaces it; its past and its viewers stay. */
  attach(camera: { readonly id: PointId; readonly name: string }, open: () => Promise<StreamAddress>): void;
  /** Serves one tile, which the caller has authorised, by the protocol of desk/video-protocol.ts. */
  serve(socket: WebSocket, camera: PointId): void;
  /** Keeps the seconds before and after `at` as evidence of the incident. Returns at once. Unknown cameras are left out. */
  keep(incident: string, cameras: readonly PointId[], at: EpochMs): void;
  /** The path of a kept recording (fragmented MP4), or undefined. */
  evidence(incident: string, camera: PointId): Promise<string | undefined>;
  status(): readonly CameraStatus[];
  /** Ends recordings with what there is, hangs up on the cameras and closes the viewers' sockets. */
  close(): Promise<void>;
}

const DEFAULT_RING_SECONDS = 15;
const GOING_AWAY = 1001;
const TRY_AGAIN_LATER = 1013;

/** Nothing is connected to before the first `attach`. */
export function createVideo(options: VideoOptions): Video {
  const { clock, log, dataDir, ringSeconds = DEFAULT_RING_SECONDS } = options;
  const pool = new SlabPool();
  const feeds = new Map<PointId, CameraFeed>();
  const sockets = new Set<WebSocket>();
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
        socket.close(TRY_AGAIN_LATER, 'this camera is not connected yet');
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
      for (const socket of sockets) socket.close(GOING_AWAY, 'the gateway is stopping');
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

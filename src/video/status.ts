import type { EpochMs } from '../domain/clock.ts';
import type { PointId } from '../domain/point.ts';
import type { StreamKind } from '../desk/video-protocol.ts';
import type { Ring } from './ring.ts';
import { TICKS_PER_SECOND } from './rtp/timeline.ts';

/** What is known about a camera's picture. */
export interface CameraStatus {
  readonly camera: PointId;
  readonly name: string;
  readonly state: 'connecting' | 'live' | 'lost';
  readonly since: EpochMs;
  /** What is received, or why nothing is: a sentence for a person. */
  readonly detail: string;
  readonly codec?: 'H264' | 'H265';
  readonly width?: number;
  readonly height?: number;
  readonly fps?: number;
  readonly bitrateKbps?: number;
  /** From one key frame to the next. */
  readonly groupSeconds?: number;
  readonly transport?: 'tcp' | 'udp';
  /** Which of its streams the ring has. */
  readonly stream?: StreamKind;
  /** The camera's clock minus ours, where the camera tells it by RTCP. */
  readonly clockOffsetMs?: number;
  /** How much of the past is in memory. */
  readonly ringSeconds: number;
  readonly ringBytes: number;
  readonly viewers: number;
  /** Pictures that were lost or incomplete, and those that cannot be decoded without them or a key frame from before the connection, since the gateway started. */
  readonly picturesDropped: number;
  /** RTP packets that never came, since the gateway started. */
  readonly packetsLost: number;
}

/** What a video thread takes, in bytes. */
export interface ThreadMemory {
  /** Objects, and what is set aside for them. */
  readonly heapUsed: number;
  readonly heapTotal: number;
  /** All that lies outside of the heap. */
  readonly external: number;
  /** The part of it for pictures, and what of that is free. */
  readonly slabs: number;
  readonly slabsFree: number;
}

type StreamFigures = Pick<CameraStatus, 'codec' | 'width' | 'height' | 'fps' | 'bitrateKbps' | 'groupSeconds' | 'ringSeconds' | 'ringBytes'>;

/** The figures that the ring can tell; rates are those of the last complete group of pictures. */
export function streamFigures(ring: Ring): StreamFigures {
  const size = { ringSeconds: Math.round(ring.seconds * 10) / 10, ringBytes: ring.bytes };
  const last = ring.groups.at(-1);
  if (last === undefined) return size;
  const { codec, width, height } = last.stream;
  const complete = ring.groups.at(-2);
  const from = complete?.pictures[0];
  const to = last.pictures[0];
  if (complete === undefined || from === undefined || to === undefined) return { ...size, codec, width, height };
  const seconds = (to.showAt - from.showAt) / TICKS_PER_SECOND;
  return {
    ...size,
    codec,
    width,
    height,
    fps: Math.round((complete.pictures.length / seconds) * 10) / 10,
    bitrateKbps: Math.round((complete.bytes * 8) / seconds / 1000),
    groupSeconds: Math.round(seconds * 100) / 100,
  };
}

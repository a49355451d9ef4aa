import type { Logger } from 'pino';
import type { RawData } from 'ws';
import type { FoundRecording } from '../adapter/contract.ts';
import type { Clock, EpochMs } from '../domain/clock.ts';
import type { DeviceSignal } from '../domain/event.ts';
import type { PointId } from '../domain/point.ts';
import type { StreamKind } from '../desk/video-protocol.ts';
import type { OpenStream } from './camera-streams.ts';
import type { Clip } from './clip.ts';
import type { CameraStatus, ThreadMemory } from './status.ts';

export interface VideoOptions {
  readonly clock: Clock;
  readonly log: Logger;
  /** Recordings of alarms go to `evidence` in it. */
  readonly dataDir: string;
  /** How much of the past is always in memory, in whole groups of pictures; 15 if not said. */
  readonly ringSeconds?: number;
  /** Which stream is always taken in; the main one if not said, or where there is no other. */
  readonly ringStream?: StreamKind;
  /** Whether viewers may have the main stream while the ring has the sub-stream; they may if not said. */
  readonly liveMain?: boolean;
  /** How many pictures may be converted at once, in each video thread; 1 if not said. */
  readonly conversions?: number;
  /** How long after the alarm the recording of an incident that stays open ends; 5 if not said. */
  readonly recordingMinutes?: number;
  /** Incidents whose recordings are never deleted. */
  readonly isHeld?: (incident: string) => boolean;
  /** Recordings older than this are deleted; 31 days if not said. */
  readonly evidenceDays?: number;
  /** The oldest recordings are deleted while all together take more; 50 if not said. */
  readonly evidenceGigabytes?: number;
  /** Where a recorder replays what a camera saw; undefined for a camera without one. @throws Error with a sentence for the dispatcher. */
  readonly recorder?: FindRecording;
  /** Tells that the recording of an incident lacks a part that it should have, in a sentence for the log. */
  readonly incomplete?: TellIncomplete;
  /** Tells intake that a camera's picture was lost (raised, once) or is back (restored, once). */
  report(signal: DeviceSignal): Promise<void>;
}

export type TellIncomplete = (camera: PointId, sentence: string) => void;
export type FindRecording = (camera: PointId, from: EpochMs, to: EpochMs) => Promise<FoundRecording | undefined>;

/** What video needs of a tile's connection; a WebSocket has it. */
export interface TileSocket {
  /** Bytes that wait to be sent. */
  readonly bufferedAmount: number;
  /** `data` may be overwritten as soon as this returns. */
  send(data: string | Buffer, sent?: () => void): void;
  close(code: number, reason: string): void;
  terminate(): void;
  on(event: 'message', listener: (data: RawData, isBinary: boolean) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  once(event: 'close', listener: () => void): unknown;
}

/** The cameras' pictures: taken in all the time, shown live or from the past, kept around alarms. */
export interface Video {
  /** Starts to take a camera's pictures in. `open` is asked for the address at each attempt. Calling again for the same camera replaces it; its past and its viewers stay. */
  attach(camera: { readonly id: PointId; readonly name: string }, open: OpenStream): void;
  /** Serves one tile, which the caller has authorised, by the protocol of desk/video-protocol.ts. */
  serve(socket: TileSocket, camera: PointId): void;
  /**
   * Keeps what was seen from 10 s before `at` on as evidence of the incident: for 30 s, and as long as the incident is open, up to the longest.
   * Returns at once. Unknown cameras are left out. `resumes`: goes on after a recording that was cut off, or anew when the incident was reopened.
   */
  keep(incident: string, cameras: readonly PointId[], at: EpochMs, resumes?: boolean): void;
  /** The incident is over. Calling again changes nothing. */
  over(incident: string): void;
  /**
   * Writes what is kept of a camera between two moments, in memory and in recordings, to one MP4 file, which the caller deletes.
   * @returns undefined when nothing is kept. @throws Error with a sentence for whoever asked.
   */
  clip(camera: PointId, from: EpochMs, to: EpochMs): Promise<Clip | undefined>;
  /** The path of a kept recording (fragmented MP4), or undefined. */
  evidence(incident: string, camera: PointId): Promise<string | undefined>;
  status(): readonly CameraStatus[];
  /** Of each thread; what it said last. */
  memory(): readonly ThreadMemory[];
  /** Ends recordings with what there is, hangs up on the cameras and closes the viewers' sockets. */
  close(): Promise<void>;
}

/** Codes with which tiles are closed (RFC 6455, 7.4.1, and the IANA registry). */
export const closeCodes = { goingAway: 1001, policyViolation: 1008, serviceRestart: 1012, tryAgainLater: 1013 } as const;

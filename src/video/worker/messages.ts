import type { Outcome } from '../../adapter/worker/messages.ts';
import type { StreamKind } from '../../desk/video-protocol.ts';
import type { EpochMs } from '../../domain/clock.ts';
import type { DeviceSignal } from '../../domain/event.ts';
import type { PointId } from '../../domain/point.ts';
import type { CameraStatus, ThreadMemory } from '../status.ts';

// What the gateway's thread and a video thread say to each other. `tile` numbers the connections of viewers, which only the gateway's thread can have;
// `call` numbers what waits for an answer.

export interface ThreadSettings {
  readonly dataDir: string;
  readonly ringSeconds: number | undefined;
  readonly ringStream: StreamKind | undefined;
  readonly liveMain: boolean | undefined;
  readonly conversions: number | undefined;
  readonly recordingMinutes: number | undefined;
  readonly logLevel: string;
}

interface Answer {
  readonly type: 'answer';
  readonly call: number;
  readonly outcome: Outcome;
}

/** From the gateway. */
export type ToVideo =
  | Answer
  | { readonly type: 'ping' }
  | { readonly type: 'attach'; readonly camera: PointId; readonly name: string }
  | { readonly type: 'tile'; readonly tile: number; readonly camera: PointId }
  | { readonly type: 'said'; readonly tile: number; readonly text: string; readonly isBinary: boolean }
  | { readonly type: 'gone'; readonly tile: number }
  /** Of each tile, how many of the bytes for it have left since it was opened. */
  | { readonly type: 'flushed'; readonly tiles: readonly (readonly [tile: number, bytes: number])[] }
  | { readonly type: 'keep'; readonly incident: string; readonly cameras: readonly PointId[]; readonly at: EpochMs; readonly resumes: boolean }
  | { readonly type: 'over'; readonly incident: string }
  | { readonly type: 'clip'; readonly call: number; readonly camera: PointId; readonly from: EpochMs; readonly to: EpochMs }
  | { readonly type: 'close' };

/** One message for several tiles: text, or a piece of MP4. */
export interface Parcel {
  readonly tiles: number[];
  readonly data: string | Uint8Array;
}

/** From a video thread. */
export type FromVideoThread =
  | Answer
  | { readonly type: 'ready' }
  | { readonly type: 'pong' }
  | { readonly type: 'address'; readonly call: number; readonly camera: PointId; readonly stream: StreamKind }
  | { readonly type: 'recorder'; readonly call: number; readonly camera: PointId; readonly from: EpochMs; readonly to: EpochMs }
  | { readonly type: 'report'; readonly call: number; readonly signal: DeviceSignal }
  | { readonly type: 'send'; readonly parcels: readonly Parcel[] }
  | { readonly type: 'hang-up'; readonly tile: number; readonly code: number; readonly reason: string }
  | { readonly type: 'incomplete'; readonly camera: PointId; readonly sentence: string }
  | { readonly type: 'status'; readonly cameras: readonly CameraStatus[]; readonly memory: readonly ThreadMemory[] }
  /** `line`: one line of pino's JSON. */
  | { readonly type: 'log'; readonly line: string }
  | { readonly type: 'closed' };

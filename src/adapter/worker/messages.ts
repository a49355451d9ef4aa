import type { DoorCommand } from '../../domain/door.ts';
import type { DeviceSignal } from '../../domain/event.ts';
import type { PointId } from '../../domain/point.ts';
import type { AdapterHost, CameraFacet, DiscoverOptions, RecordingFacet, ServedPoint } from '../contract.ts';
import type { SecretReference } from '../secret.ts';
import type { ErrorMessage } from './errors.ts';

// What the gateway's thread and an adapter's thread say to each other. `attempt` numbers the connection attempts of a thread, `call` what waits for an answer.

export type Outcome = { readonly ok: true; readonly value?: unknown } | { readonly ok: false; readonly error: ErrorMessage };

/** The answer to a call, in either direction. */
export interface Answer {
  readonly type: 'answer';
  readonly attempt: number;
  readonly call: number;
  readonly outcome: Outcome;
}

/** Answered by `pong`; also allows the next thousand notices. */
interface Ping {
  readonly type: 'ping';
}

interface Connect {
  readonly type: 'connect';
  readonly attempt: number;
  readonly options: unknown;
  readonly device: AdapterHost['device'];
  readonly points: readonly ServedPoint[];
  readonly readOnly: AdapterHost['readOnly'];
  readonly logLevel: string;
}

interface Abort {
  readonly type: 'abort';
  readonly attempt: number;
  readonly reason: ErrorMessage;
}

export type FacetCall =
  | { readonly facet: 'doors'; readonly door: PointId; readonly command: DoorCommand }
  | { readonly facet: 'recordings'; readonly with: Parameters<RecordingFacet['find']> }
  | { readonly facet: 'cameras'; readonly method: keyof CameraFacet; readonly with: readonly unknown[] };

interface Use {
  readonly type: 'use';
  readonly attempt: number;
  readonly call: number;
  readonly what: FacetCall;
}

/** What of a search crosses; clock and signal are the thread's own, which ends with it. */
export type SearchRequest = Omit<DiscoverOptions, 'clock' | 'signal'>;

/** Answered by `discovered`. */
interface Discover {
  readonly type: 'discover';
  readonly call: number;
  readonly request: SearchRequest;
}

/** From the gateway to the adapter. */
export type ToThread = Connect | Discover | Abort | Use | Answer | Ping;

/** What is reported in one turn crosses together, so that it shares one commit. */
interface Report {
  readonly call: number;
  readonly signal: DeviceSignal;
}

/** What an adapter says about one of its attempts. */
export type FromAttempt = { readonly attempt: number } & (
  | { readonly type: 'reports'; readonly reports: readonly Report[] }
  | { readonly type: 'secret'; readonly call: number; readonly reference: SecretReference }
  | { readonly type: 'online'; readonly detail: string | undefined; readonly attention: string | undefined }
  | { readonly type: 'malformed'; readonly frame: Uint8Array | string; readonly reason: string }
  /** `line`: one line of pino's JSON. */
  | { readonly type: 'log'; readonly line: string }
  /** `cameras`: which of the facet's methods there are. */
  | { readonly type: 'connected'; readonly doors: boolean; readonly recordings: boolean; readonly cameras: readonly (keyof CameraFacet)[] }
  /** It did not connect, or the link is over: with an error when it was lost. Nothing follows. */
  | { readonly type: 'ended'; readonly error: ErrorMessage | undefined }
);

/** From the adapter to the gateway. */
export type FromThread =
  | FromAttempt
  | Answer
  | { readonly type: 'ready' }
  | { readonly type: 'discovered'; readonly call: number; readonly outcome: Outcome }
  /** `bufferBytes`: what its buffers take, which the limit of the heap does not count. */
  | { readonly type: 'pong'; readonly bufferBytes: number }
  /** A promise was rejected that nobody waited for. */
  | { readonly type: 'stray'; readonly error: ErrorMessage };

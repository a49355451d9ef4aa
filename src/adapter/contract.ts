import type { Logger } from 'pino';
import type { z } from 'zod';
import type { Clock, EpochMs } from '../domain/clock.ts';
import type { DoorCommand } from '../domain/door.ts';
import type { DeviceSignal } from '../domain/event.ts';
import type { EventKind } from '../domain/kinds.ts';
import type { PointId, PointType } from '../domain/point.ts';
import type { PtzStatus, PtzVelocity } from '../domain/ptz.ts';
import type { LocalNetwork } from './network.ts';
import type { SecretReference } from './secret.ts';

/**
 * An adapter: one folder under `adapters/`, whose `index.ts` exports a definition as `default`.
 * It is one async function, `connect`; reconnecting, back-off and link state belong to the supervisor.
 */
export interface AdapterDefinition<Options = unknown> {
  /** The folder's name. */
  readonly name: string;
  /** One line for the table of adapters. */
  readonly summary: string;
  /** Every kind of event that it may report besides `device.offline` and `device.malformed`, which are the host's. */
  readonly kinds: readonly EventKind[];
  /** The device's options in the site file. Each field has a description and, where it helps, an example. */
  readonly options: z.ZodType<Options>;
  /** The types of point that it serves, and for each the schema of `at`: the point's address on the device. */
  readonly points: Partial<Record<PointType, z.ZodType>>;
  /**
   * Establishes the link, reads all states (reported with `initial: true`), calls `host.online()` and goes on reporting until `host.signal` aborts.
   * @throws ConfigurationError when trying again cannot help (wrong password, no such profile); anything else is retried with back-off.
   */
  connect(options: Options, host: AdapterHost): Promise<Connection>;
  /**
   * Looks for devices that it could serve. Whom nobody but an answer named is asked only where `isInNetwork` says that it is in the interface's network.
   * @throws Error when the interface or host cannot be used.
   */
  discover?(options: DiscoverOptions): Promise<readonly DiscoveredDevice[]>;
}

export interface DiscoverOptions {
  /** The local address from which is asked, and the network that is searched. */
  readonly interface: LocalNetwork;
  /** Ask this host of that network alone, or as well, where the protocol knows no other way. */
  readonly host?: string;
  /** An account that devices may be asked with for what they tell nobody else. Its password is never sent in clear: who answers may be anybody. */
  readonly account?: { readonly username: string; readonly password: string };
  /** How long answers are waited for. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly clock: Clock;
}

/** A device that answered, as the site file would describe it. */
export interface DiscoveredDevice {
  /** Suggestions; a person will choose better ones. */
  readonly id: PointId;
  readonly name: string;
  /** The adapter's options as they stand in the site file: a secret is a reference to one that is still to be made. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly points: readonly Pick<ServedPoint, 'id' | 'type' | 'name' | 'at' | 'parent'>[];
  /** One line for a person: what it says it is, or what could not be found out. */
  readonly remark?: string;
}

/** A link that stands. */
export interface Connection {
  /** Resolves after `host.signal` has aborted and every handle is released; rejects with the reason when the link is lost (handles released as well). */
  readonly done: Promise<void>;
  readonly doors?: DoorFacet;
  readonly cameras?: CameraFacet;
  readonly recordings?: RecordingFacet;
}

export interface DoorFacet {
  /**
   * Sends a command; resolves when the device has confirmed it, which is not yet when the door has moved: that arrives as an event.
   * @throws Error with a sentence for the dispatcher when the device refuses or does not answer in time.
   */
  command(door: PointId, command: DoorCommand): Promise<void>;
}

export interface CameraFacet {
  /** Where the camera's picture comes from. The credentials are for the RTSP client alone: never logged, never sent to a browser. */
  stream(camera: PointId): Promise<StreamAddress>;
  /** The same for a smaller picture of the same view, for small tiles and short memory; undefined for a camera that has none. */
  substream?(camera: PointId): Promise<StreamAddress | undefined>;
  /** A picture that the camera makes now. @throws Error with a sentence for the dispatcher. */
  snapshot?(camera: PointId): Promise<Snapshot>;
  /** The positions that were stored in a camera that moves; empty for one that does not. */
  presets?(camera: PointId): Promise<readonly CameraPreset[]>;
  /** Turns the camera; resolves when it has agreed to, which is before it has arrived. @throws Error when it has no such preset. */
  gotoPreset?(camera: PointId, preset: string): Promise<void>;
  /** Turns the camera until `stop`, or by itself until `timeoutMs` is over. @throws Error with a sentence for the dispatcher when it does not move. */
  move?(camera: PointId, velocity: PtzVelocity, timeoutMs: number): Promise<void>;
  stop?(camera: PointId): Promise<void>;
  /** @throws Error when the camera has no home position. */
  home?(camera: PointId): Promise<void>;
  /** Where it looks and whether it turns; undefined for a camera that does not move. */
  ptzStatus?(camera: PointId): Promise<PtzStatus | undefined>;
  /** The relay outputs of the camera's device, by token. */
  relays?(camera: PointId): Promise<readonly string[]>;
  /** @throws Error when the device has no such relay or refuses. */
  setRelay?(camera: PointId, relay: string, active: boolean): Promise<void>;
}

/** Recordings of cameras, their own or others' (ONVIF Profile G). */
export interface RecordingFacet {
  /** Where what was recorded of a camera between two moments can be replayed. @throws Error with a sentence for the dispatcher. */
  find(wanted: WantedRecording, from: EpochMs, to: EpochMs): Promise<FoundRecording>;
}

/** A camera, and its recording as the site file names it; without a name, the one whose source is called like the camera. */
export interface WantedRecording {
  readonly camera: PointId;
  readonly name: string;
  readonly recording?: string;
  readonly source?: string;
}

export type FoundRecording =
  /** `clockOffsetMs`: the recorder's clock minus ours, by which its times are to be read. */
  | { readonly recorded: true; readonly address: StreamAddress; readonly clockOffsetMs: number }
  /** `reason`: a part of a sentence about the recorder. */
  | { readonly recorded: false; readonly reason: string };

export interface Snapshot {
  readonly jpeg: Uint8Array;
}

export interface CameraPreset {
  readonly token: string;
  readonly name: string;
}

export interface StreamAddress {
  /** rtsp://host:port/path, without credentials. */
  readonly uri: string;
  readonly username?: string;
  readonly password?: string;
  /** How the packets are to come; TCP unless said, and the other one where the camera refuses it. */
  readonly transport?: 'tcp' | 'udp';
}

/** A point of the device, with its address as the adapter's schema parsed it. */
export interface ServedPoint {
  readonly id: PointId;
  readonly type: PointType;
  readonly name: string;
  readonly at: unknown;
  /** For a zone: its panel. For a reader: its door. */
  readonly parent?: PointId;
}

/** What the gateway offers to one connection attempt of one device. */
export interface AdapterHost {
  readonly device: { readonly id: PointId; readonly name: string };
  readonly points: readonly ServedPoint[];
  /** Aborts when the gateway stops or the device is taken out of the site. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly log: Logger;
  /**
   * Hands a signal to intake. Resolves once it is on disk: only then may the device be acknowledged.
   * Rejects when the journal cannot be written: leave the device unacknowledged so that it repeats.
   */
  report(signal: DeviceSignal): Promise<void>;
  /**
   * The link stands and every state has been read. `detail` says what was found, such as "Axis P3265, firmware 11.8"; `attention`, what somebody should
   * look at all the same. Once online, a call changes these alone.
   */
  online(detail?: string, attention?: string): void;
  /** Counts a frame that cannot be understood and keeps it for diagnosis. `frame`: the bytes or text as received. */
  malformed(frame: Uint8Array | string, reason: string): void;
  /** The secret that a `secret()` option refers to. @throws ConfigurationError naming the variable or file that is missing. */
  secret(reference: SecretReference): Promise<string>;
  /**
   * Somebody only looks, beside the gateway to which the device belongs or while that is away: nothing may be acknowledged to the device, consumed, commanded
   * or changed there, and no session of the gateway's may be taken over. What is reported is in no journal. What the device holds, it shall still hold.
   */
  readonly readOnly?: true;
  /** Takes what came over the wire, decoded, whether or not it becomes a signal. There only where somebody watches. */
  decoded?(frame: DecodedFrame): void;
}

/** A frame, message or answer, as a person reads it. */
export interface DecodedFrame {
  /** Its name in the protocol's terms, such as a topic, or what was asked for. */
  readonly name: string;
  /** Can be written as JSON. */
  readonly content: unknown;
  /** It answers what is asked for in every round: the same once more says nothing. */
  readonly polled?: true;
}

/** Trying again cannot help: the site file, a password or a key is wrong. The device stays `failed` until the configuration changes. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}

/** The state of a device's link, as the supervisor knows it. */
export type LinkState =
  | { readonly state: 'connecting'; readonly since: number; readonly attempt: number }
  | { readonly state: 'online'; readonly since: number; readonly detail?: string; readonly attention?: string }
  | { readonly state: 'offline'; readonly since: number; readonly reason: string; readonly retryAt: number; readonly attempt: number }
  | { readonly state: 'failed'; readonly since: number; readonly reason: string }
  | { readonly state: 'stopped'; readonly since: number };

/** Checks a definition's types where it is written, and forgets them where it is stored. */
export function defineAdapter<Options>(definition: AdapterDefinition<Options>): AdapterDefinition<Options> {
  return definition;
}

import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { Accounting } from './correlation/accounting.ts';
import type { Fleet } from './adapter/fleet.ts';
import type { Desk } from './desk/desk.ts';
import type { PointId } from './domain/point.ts';
import type { Intake } from './intake/intake.ts';
import type { BookWriter } from './store/book-writer.ts';
import type { CameraStatus, Video } from './video/index.ts';
import type { RingMemory } from './video/ring-memory.ts';

/** The parts that the figures are read from. */
export interface Measured {
  readonly intake: Intake;
  readonly accounting: Accounting;
  readonly book: BookWriter;
  readonly fleet: Fleet;
  readonly desk: Desk;
  readonly video: Video;
  readonly rings: Pick<RingMemory, 'figures'>;
  /** Whether a camera told that somebody tampers with it. */
  readonly tampered: (camera: PointId) => boolean;
}

/** Figures for Prometheus, read from the parts when they are asked for. */
export function createMetrics({ intake, accounting, book, fleet, desk, video, rings, tampered }: Measured): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: 'sallyport_' });

  const gauge = (name: string, help: string, labelNames: string[], collect: (set: (labels: Record<string, string>, value: number) => void) => void) =>
    new Gauge({
      name: `sallyport_${name}`,
      help,
      labelNames,
      registers: [registry],
      collect() {
        this.reset();
        collect((labels, value) => this.set(labels, value));
      },
    });

  gauge('signals', 'Signals since the start by outcome; received is the sum of the others', ['outcome'], (set) => {
    for (const [outcome, count] of Object.entries(intake.counts)) set({ outcome }, count as number);
  });
  gauge(
    'events',
    'Events since the start by what rules made of them (attached: opens, strengthens or ends an incident); suppressed ones by the rule',
    ['outcome', 'reason'],
    (set) => {
      for (const outcome of ['attached', 'waiting', 'informational'] as const) set({ outcome, reason: '' }, accounting.count(outcome));
      for (const [reason, count] of accounting.suppressed) set({ outcome: 'suppressed', reason }, count);
    },
  );
  gauge('rule_failures', 'Exceptions inside rules since the start; the rules go on', ['rule'], (set) => {
    for (const [rule, count] of accounting.failures) set({ rule }, count);
  });
  gauge('incidents', 'Incidents in the book by state', ['state'], (set) => {
    const states = [...book.incidents.values()].map(({ state }) => state);
    for (const state of new Set(states)) set({ state }, states.filter((each) => each === state).length);
  });
  gauge('device_online', '1 while the link to the device stands', ['device'], (set) => {
    for (const { device, link } of fleet.supervisors.values()) set({ device: device.id }, link.state === 'online' ? 1 : 0);
  });
  gauge('device_malformed_frames', 'Frames of the device that could not be understood since the start', ['device'], (set) => {
    for (const { device, malformed } of fleet.supervisors.values()) set({ device: device.id }, malformed.count);
  });
  gauge('consoles', 'Consoles that are connected', [], (set) => set({}, desk.consoles));
  for (const [name, help, read] of cameraFigures) {
    gauge(name, help, ['camera'], (set) => {
      for (const status of video.status()) {
        const value = read(status);
        if (value !== undefined) set({ camera: status.camera }, value);
      }
    });
  }
  gauge(
    'video_ring_bytes',
    'Memory for the last seconds of all cameras: used, planned from the rates in the site file, and allowed by it',
    ['kind'],
    (set) => {
      for (const [kind, bytes] of Object.entries(rings.figures)) set({ kind }, bytes);
    },
  );
  gauge('video_thread_bytes', 'Memory of the threads that take pictures in; slabs are the part for pictures', ['thread', 'kind'], (set) => {
    video.memory().forEach((memory, thread) => {
      for (const [kind, bytes] of Object.entries(memory)) set({ thread: String(thread), kind: snakeCase(kind) }, bytes as number);
    });
  });
  gauge('camera_tampered', '1 while a camera tells that somebody tampers with it', ['camera'], (set) => {
    for (const { camera } of video.status()) set({ camera }, tampered(camera) ? 1 : 0);
  });
  return registry;
}

function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** A camera that does not tell a figure has none, rather than a false 0. */
const cameraFigures: readonly (readonly [name: string, help: string, read: (status: CameraStatus) => number | undefined])[] = [
  ['camera_live', '1 while pictures come from the camera', ({ state }) => (state === 'live' ? 1 : 0)],
  ['camera_ring_bytes', 'Memory that holds the camera’s last seconds', ({ ringBytes }) => ringBytes],
  ['camera_ring_seconds', 'How much of the camera’s past is in memory', ({ ringSeconds }) => ringSeconds],
  ['camera_bitrate_kbps', 'What comes from the camera', ({ bitrateKbps }) => bitrateKbps ?? 0],
  ['camera_pictures_per_second', 'Pictures that come from the camera', ({ fps }) => fps],
  ['camera_group_seconds', 'From one key frame to the next', ({ groupSeconds }) => groupSeconds],
  ['camera_clock_offset_ms', 'The camera’s clock minus ours, as it tells by RTCP', ({ clockOffsetMs }) => clockOffsetMs],
  ['camera_packets_lost', 'RTP packets that never came, since the start', ({ packetsLost }) => packetsLost],
  [
    'camera_pictures_dropped',
    'Pictures that were lost or not whole, and those that cannot be decoded without them or a key frame from before the connection, since the start',
    ({ picturesDropped }) => picturesDropped,
  ],
  ['camera_viewers', 'Tiles that show the camera', ({ viewers }) => viewers],
];

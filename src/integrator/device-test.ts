import type { Connection, LinkState } from '../adapter/contract.ts';
import type { DeviceSupervisor } from '../adapter/supervisor.ts';
import type { DeviceTest, TestStep } from '../desk/integrator-schemas.ts';
import type { Clock, EpochMs } from '../domain/clock.ts';
import type { SecurityEvent } from '../domain/event.ts';
import type { PointId, PointType } from '../domain/point.ts';
import type { CameraStatus, Video } from '../video/index.ts';
import { adviceFor } from './advice.ts';
import { latestFrame } from './frame.ts';

const ATTEMPT_WITHIN_MS = 20_000;

/** The last thing that a device told of what it serves. */
export type LastReport = Pick<SecurityEvent, 'kind' | 'point' | 'phase' | 'receivedAt'>;

export interface DeviceTestParts {
  /** What the device serves. */
  readonly points: readonly { readonly id: PointId; readonly type: PointType; readonly name: string }[];
  readonly reportOf: (device: PointId) => LastReport | undefined;
  /** Called when the link stands, before the pictures are asked for. */
  readonly connected?: () => void;
  readonly video: Pick<Video, 'serve' | 'status'>;
  readonly clock: Clock;
}

type Pictures = DeviceTest['pictures'];

/** Connects, reads, takes one frame of video: what an integrator does by hand after mounting a device. Never throws: what fails is a step. */
export async function testDevice(supervisor: DeviceSupervisor, parts: DeviceTestParts): Promise<DeviceTest> {
  const { device } = supervisor;
  const { clock, points, video } = parts;
  const link = supervisor.link.state === 'online' ? supervisor.link : await attempt(supervisor, clock);
  const steps = [linkStep(link, clock.now())];
  const pictures: Pictures = [];
  if (link.state === 'online') {
    parts.connected?.();
    steps.push(readStep(supervisor, parts));
    for (const { id, name } of points.filter(({ type }) => type === 'camera')) {
      // The picture first: it waits for video that is only just coming.
      const picture = await pictureStep({ id, name }, supervisor.connection, parts, pictures);
      steps.push(
        streamStep(
          name,
          video.status().find(({ camera }) => camera === id),
        ),
        picture,
      );
    }
  }
  steps.push(malformedStep(supervisor));
  return { device: device.id, passed: steps.every(({ result }) => result !== 'bad'), at: clock.now(), steps, pictures };
}

/** One attempt now; a link that is still being established after the deadline is told as such. */
function attempt(supervisor: DeviceSupervisor, clock: Clock): Promise<LinkState> {
  return new Promise((resolve) => {
    const cancel = clock.after(ATTEMPT_WITHIN_MS, () => resolve(supervisor.link));
    void supervisor.retryNow().then((link) => {
      cancel();
      resolve(link);
    });
  });
}

function linkStep(link: LinkState, now: EpochMs): TestStep {
  const step = 'Connect';
  switch (link.state) {
    case 'online':
      return { step, result: 'good', text: `online for ${seconds(now - link.since)}${link.detail === undefined ? '' : `: ${link.detail}`}` };
    case 'offline':
      return { step, result: 'bad', text: `tried now, and failed: ${link.reason}`, advice: adviceFor(link.reason) };
    case 'failed':
      return { step, result: 'bad', text: `tried now, and cannot be used as configured: ${link.reason}`, advice: adviceFor(link.reason) };
    case 'connecting':
      return {
        step,
        result: 'bad',
        text: `neither connected nor failed within ${ATTEMPT_WITHIN_MS / 1000} s`,
        advice:
          'A device that calls the gateway has not called yet: check the address and port that it has of the gateway; else check its own address.',
      };
    case 'stopped':
      return { step, result: 'bad', text: 'the gateway is stopping', advice: 'Start the gateway again.' };
  }
}

/** The link comes online only after every state has been read (contract of `host.online`). */
function readStep({ device }: DeviceSupervisor, { points, reportOf, clock }: DeviceTestParts): TestStep {
  const step = 'Read';
  const count = points.length;
  const served =
    count === 0 ? 'it serves no points' : count === 1 ? 'the state of its one point was read' : `the states of its ${count} points were read`;
  const last = reportOf(device.id);
  if (count === 0) return { step, result: 'bad', text: served, advice: 'Write its doors, cameras, panels or readers into the site file.' };
  if (last === undefined) return { step, result: 'none', text: `${served}; it has told of nothing since` };
  return {
    step,
    result: 'good',
    text: `${served}; its last report, ${last.kind} (${last.phase}) at ${last.point}, came ${seconds(clock.now() - last.receivedAt)} ago`,
  };
}

function streamStep(name: string, status: CameraStatus | undefined): TestStep {
  const step = `Video of ${name}`;
  if (status?.state === 'live') {
    const { codec = 'video', width = 0, height = 0, fps = 0, ringSeconds } = status;
    const kept = Math.floor(ringSeconds);
    // Of a stream that has only just come neither is known.
    const more = [...(fps > 0 ? [`${fps} pictures a second`] : []), ...(kept > 0 ? [`the last ${kept} s are kept`] : [])];
    return { step, result: 'good', text: [`${codec}, ${width} × ${height}`, ...more].join(', ') };
  }
  if (status?.state === 'connecting') return { step, result: 'none', text: `${status.detail}: test again in a moment` };
  const reason = status?.detail ?? 'nothing is taken in from it';
  return { step, result: 'bad', text: reason, advice: adviceFor(reason) };
}

async function pictureStep(
  camera: { readonly id: PointId; readonly name: string },
  connection: Connection | undefined,
  { video, clock }: DeviceTestParts,
  pictures: Pictures,
): Promise<TestStep> {
  const step = `Picture of ${camera.name}`;
  const add = (from: Pictures[number]['from'], jpeg: Uint8Array) =>
    pictures.push({ camera: camera.id, name: camera.name, from, jpeg: Buffer.from(jpeg).toString('base64') });
  try {
    add('video', await latestFrame(video, camera.id, clock));
    return { step, result: 'good', text: 'the latest key frame of its video is shown below' };
  } catch (noFrame) {
    const reason = reasonOf(noFrame);
    try {
      const taken = await connection?.cameras?.snapshot?.(camera.id);
      if (taken === undefined) return { step, result: 'bad', text: reason, advice: adviceFor(reason) };
      add('camera', taken.jpeg);
      return { step, result: 'good', text: `made by the camera itself, since of its video ${reason}` };
    } catch (noSnapshot) {
      return { step, result: 'bad', text: `${reason}; asked for a single picture: ${reasonOf(noSnapshot)}`, advice: adviceFor(reasonOf(noSnapshot)) };
    }
  }
}

function malformedStep({ malformed }: DeviceSupervisor): TestStep {
  const step = 'Malformed frames';
  const last = malformed.latest.at(-1);
  if (last === undefined) return { step, result: 'good', text: 'none so far' };
  return {
    step,
    result: 'none',
    text: `${malformed.count} so far, the last one: ${last.reason}`,
    advice: 'Look at their bytes below: the device may speak another version, or something else shares its line.',
  };
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Such as 12 s, 4 min or 3 h. */
function seconds(ms: number): string {
  const whole = Math.max(0, Math.round(ms / 1000));
  if (whole < 120) return `${whole} s`;
  return whole < 7200 ? `${Math.floor(whole / 60)} min` : `${Math.floor(whole / 3600)} h`;
}

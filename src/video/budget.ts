import type { StreamKind } from '../desk/video-protocol.ts';

/** Most cameras send a key frame at least so often; a ring holds whole groups, so up to one more than its seconds. */
const GROUP_SECONDS = 2;

export interface VideoBudget {
  readonly ringSeconds: number;
  /** Which stream the rings should have. */
  readonly ringStream: StreamKind;
  readonly memoryMegabytes: number;
  /** What the cameras send. */
  readonly mainMegabits: number;
  readonly subMegabits: number;
}

export interface StreamPlan {
  readonly ringStream: StreamKind;
  readonly liveMain: boolean;
  /** What the rings of all cameras will take by this plan. */
  readonly megabytes: number;
  /** The arithmetic, where what was wished for does not fit. */
  readonly over?: string;
}

/** Which stream of each camera is kept in memory and shown: what was wished for if it fits the memory that the site allows, else the sub-stream for everything. */
export function planStreams(budget: VideoBudget, cameras: number): StreamPlan {
  const { ringStream, memoryMegabytes } = budget;
  const megabytes = ringMegabytes(budget, ringStream, cameras);
  if (megabytes <= memoryMegabytes) return { ringStream, liveMain: true, megabytes };
  const least = ringMegabytes(budget, 'sub', cameras);
  const sum = arithmetic(budget, ringStream, cameras);
  const over =
    ringStream === 'sub' ? sum : `${sum}; everything is taken from the sub-streams, where cameras have one: ${arithmetic(budget, 'sub', cameras)}`;
  return { ringStream: 'sub', liveMain: false, megabytes: least, over };
}

function ringMegabytes(budget: VideoBudget, stream: StreamKind, cameras: number): number {
  return Math.ceil((cameras * megabitsOf(budget, stream) * (budget.ringSeconds + GROUP_SECONDS)) / 8);
}

function arithmetic(budget: VideoBudget, stream: StreamKind, cameras: number): string {
  const seconds = `(${budget.ringSeconds} s + ${GROUP_SECONDS} s)`;
  return `${cameras} cameras x ${megabitsOf(budget, stream)} Mbit/s x ${seconds} / 8 = ${ringMegabytes(budget, stream, cameras)} MB of ${budget.memoryMegabytes} MB`;
}

function megabitsOf({ mainMegabits, subMegabits }: VideoBudget, stream: StreamKind): number {
  return stream === 'main' ? mainMegabits : subMegabits;
}

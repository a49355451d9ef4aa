export { createVideo } from './worker/pool.ts';
export type { Video, VideoOptions } from './video.ts';
export type { CameraStatus, ThreadMemory } from './status.ts';

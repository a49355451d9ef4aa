import type { EpochMs } from '../../domain/clock.ts';

/** How often a player looks whether its picture still changes. */
export const WATCH_MS = 250;
/** A picture that has not changed for this long is not live, whatever the connection says; the tile says so within 2 s. */
export const FROZEN_MS = 1_500;

/** What a tile shows at the moment, so that it can say so. */
export type Picture =
  | { readonly state: 'waiting'; readonly detail: string }
  | { readonly state: 'playing' }
  /** `since`: the time of the last picture that was seen, if there was one. */
  | { readonly state: 'lost'; readonly since: EpochMs | undefined; readonly detail: string }
  | { readonly state: 'unsupported'; readonly detail: string };

/** How a player tells its tile what happens. */
export interface PlayerListener {
  readonly picture: (picture: Picture) => void;
  /** A picture was painted; `wallTime` is when the camera took it, undefined where that is not known. */
  readonly painted: (wallTime: EpochMs | undefined) => void;
}

/** The same of a live picture that comes by a connection of its own. */
export interface LiveListener extends PlayerListener {
  /** Whether the gateway leaves pictures out because the connection to this console is too slow. */
  readonly slow: (slow: boolean) => void;
}

/** What a tile tells the element that is put into it. */
export interface TileLabels {
  readonly testId: string;
  readonly camera: string;
  readonly label: string;
}

/** Puts a player's element into a tile, behind everything that lies over the picture. */
export function putInto(tile: HTMLElement, video: HTMLVideoElement | HTMLCanvasElement, { testId, camera, label }: TileLabels): void {
  video.dataset['testid'] = testId;
  video.dataset['camera'] = camera;
  video.setAttribute('aria-label', label);
  delete video.dataset['painted'];
  tile.prepend(video);
}

/** So many frames of the page after it was moved, what an element brings with it has been on the screen for at least one. */
const FRAMES_TO_SCREEN = 3;

/** An element that is moved while it plays shows its picture with the page's next frame, however long its camera takes for the next picture. */
export function bringsPicture(video: HTMLVideoElement, frames = FRAMES_TO_SCREEN): void {
  if (frames > 0) requestAnimationFrame(() => bringsPicture(video, frames - 1));
  else stampPainted(video);
}

/** For measurements: when the first picture of a tile was on the screen. */
function stampPainted(video: HTMLVideoElement): void {
  video.dataset['painted'] ??= String(performance.timeOrigin + performance.now());
}

/** Calls `painted` with the media time of each frame that reaches the screen; the returned function ends that. */
export function onEachFrame(video: HTMLVideoElement, painted: (mediaTimeS: number) => void): () => void {
  let handle = 0;
  const frame = (_: number, { mediaTime }: VideoFrameCallbackMetadata) => {
    stampPainted(video);
    painted(mediaTime);
    handle = video.requestVideoFrameCallback(frame);
  };
  handle = video.requestVideoFrameCallback(frame);
  return () => video.cancelVideoFrameCallback(handle);
}

/** Starts playing; a browser refuses that only when the element is on its way out of the page. */
export function start(video: HTMLVideoElement): void {
  video.play().catch(() => undefined);
}

/** Lets go of the stream and its decoder, of which a browser has only so many. */
export function release(video: HTMLVideoElement): void {
  video.removeAttribute('src');
  video.load();
}

/** Why a stream of `mime` cannot be shown, undefined if it can. */
export function unsupported(mime: string): string | undefined {
  if (MediaSource.isTypeSupported(mime)) return undefined;
  const codec = /codecs="([^"]*)"/.exec(mime)?.[1] ?? mime;
  return `This browser cannot decode ${codec}. Set the camera's stream to H.264.`;
}

/** Players tell the state of the picture with each frame; a tile wants to render only when it changes. */
export function changesOnly(set: (picture: Picture) => void): (picture: Picture) => void {
  let last = '';
  return (picture) => {
    const text = JSON.stringify(picture);
    if (text !== last) set(picture);
    last = text;
  };
}

import type { Page } from 'playwright-core';

declare global {
  var pictures: {
    of(incident: string): { now: number; past: number } | undefined;
    latency(gridMs: number, forMs: number): Promise<number[]>;
  };
}

// What runs in the page is plain JavaScript in a text: nothing that compiles this file may put its helpers into it.
const script = `
const pictures = (() => {
  const clock = () => performance.timeOrigin + performance.now();
  const arrived = new Map();
  const epochs = new Map();
  // The least time from when the gateway says that a picture was taken to its arrival, by camera.
  const least = new Map();
  const secondsIn = (data) => {
    const bytes = new Uint8Array(data, 0, Math.min(data.byteLength, 400));
    const at = bytes.findIndex((_, n) => bytes[n] === 0x74 && bytes[n + 1] === 0x66 && bytes[n + 2] === 0x64 && bytes[n + 3] === 0x74);
    return at < 0 ? undefined : Number(new DataView(data).getBigUint64(at + 8)) / 90_000;
  };
  const BaseSocket = WebSocket;
  window.WebSocket = class extends BaseSocket {
    constructor(url, protocols) {
      super(url, protocols);
      const path = new URL(url).pathname;
      let camera = path.split('/')[2];
      const send = this.send;
      this.send = (data) => {
        if (camera === undefined && path.startsWith('/video')) camera = JSON.parse(data).camera;
        send.call(this, data);
      };
      let first;
      let format;
      this.addEventListener('message', ({ data }) => {
        const at = clock();
        if (typeof data !== 'string') {
          if (!(data instanceof ArrayBuffer) || format === undefined) return;
          const takenAt = format.configuration === undefined ? format.epochAtZero + secondsIn(data) * 1000 : new DataView(data).getFloat64(8);
          if (Number.isFinite(takenAt)) least.set(camera, Math.min(least.get(camera) ?? Infinity, at - takenAt));
          return;
        }
        const message = JSON.parse(data);
        if (path === '/desk') for (const { id } of message.incidents ?? []) if (!arrived.has(id)) arrived.set(id, at);
        if (message.type !== 'init') return;
        format = message;
        // The player goes on by the time of its first stream.
        first ??= message.epochAtZero;
        epochs.set(camera, first);
        least.delete(camera);
      });
    }
  };
  const painted = (testId) => Number(document.querySelector('[data-testid="' + testId + '"]')?.dataset.painted ?? 0);
  return {
    // Milliseconds from the message to the first painted pictures, once both are there.
    of(id) {
      const at = arrived.get(id);
      if (document.querySelector('[data-testid="focus"]')?.dataset.incident !== id) return undefined;
      const [now, past] = [painted('tile-live'), painted('tile-past')];
      return at !== undefined && now > at && past > at ? { now: now - at, past: past - at } : undefined;
    },
    // Of each picture that is painted in the first small tile: how long ago it was taken. Ends in time though nothing is painted: a tile can go.
    async latency(gridMs, forMs) {
      const tile = document.querySelector('[data-testid="tile-small"]');
      const seen = [];
      // The gateway knows when a picture was taken within a quarter of a second; the camera's grid tells it exactly, since the quickest takes less than one step.
      const painted = (takenAt) => {
        const past = takenAt % gridMs;
        const error = past + gridMs * Math.ceil((-least.get(tile.dataset.camera) - past) / gridMs);
        seen.push(clock() - takenAt + error);
      };
      if (tile instanceof HTMLVideoElement) {
        const frame = (_, { mediaTime }) => {
          const epoch = epochs.get(tile.dataset.camera);
          if (epoch !== undefined) painted(epoch + mediaTime * 1000);
          tile.requestVideoFrameCallback(frame);
        };
        tile.requestVideoFrameCallback(frame);
      } else if (tile instanceof HTMLCanvasElement) {
        const context = tile.getContext('2d');
        const draw = context.drawImage;
        context.drawImage = (picture, ...where) => {
          draw.call(context, picture, ...where);
          painted(picture.timestamp / 1000);
        };
      }
      await new Promise((passed) => setTimeout(passed, forMs));
      return seen;
    },
  };
})();
globalThis.pictures = pictures;
`;

/** Makes a page take the time of messages and pictures, as `pictures`. */
export async function watchPictures(page: Page): Promise<void> {
  await page.addInitScript({ content: script });
}

import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { loadFootage } from './load.ts';
import { MARK_PIXELS, MARKS } from './footage.ts';

/** mp4: fragments into MSE; units: access units into WebCodecs; mpeg1: into jsmpeg. */
export type ViewKind = 'mp4' | 'units' | 'mpeg1';

declare global {
  var views: {
    /** Milliseconds from asking for the view to its first pictures as bytes (not known of jsmpeg, which connects by itself), and to its first painted picture. */
    open(kind: ViewKind, address: string): Promise<{ bytes: number | undefined; painted: number }>;
    /** What is painted in the next `forMs`: the number in each picture, and when, in milliseconds since 1970. */
    look(forMs: number): Promise<{ number: number; at: number }[]>;
    close(): void;
  };
}

const { width, height } = loadFootage;

// What runs in the page is plain JavaScript in a text: nothing that compiles this file may put its helpers into it.
const script = `
globalThis.views = (() => {
  const clock = () => performance.timeOrigin + performance.now();
  const newCanvas = (width, height) => document.body.appendChild(Object.assign(document.createElement('canvas'), { width, height }));
  const marks = Object.assign(document.createElement('canvas'), { width: ${MARKS * MARK_PIXELS}, height: 1 }).getContext('2d', { willReadFrequently: true });
  const numberIn = (picture) => {
    marks.drawImage(picture, 0, ${MARK_PIXELS / 2}, ${MARKS * MARK_PIXELS}, 1, 0, 0, ${MARKS * MARK_PIXELS}, 1);
    const { data } = marks.getImageData(0, 0, ${MARKS * MARK_PIXELS}, 1);
    let number = 0;
    for (let bit = 0; bit < ${MARKS}; bit += 1) if (data[(bit + 0.5) * ${MARK_PIXELS * 4}] > 127) number |= 1 << bit;
    return number;
  };

  // Ours says what its stream is; what ffmpeg sends does not, and begins at once.
  const mp4 = (address, painted) => {
    const video = document.body.appendChild(document.createElement('video'));
    video.muted = true;
    const source = new MediaSource();
    video.src = URL.createObjectURL(source);
    const waiting = [];
    let mime = 'video/mp4; codecs="avc1.64001f"';
    let buffer;
    // As near to now for all: a second behind is made good by a jump, less by playing faster.
    const steer = () => {
      const { buffered } = video;
      if (buffered.length === 0) return;
      const end = buffered.end(buffered.length - 1);
      const behind = end - video.currentTime;
      if (behind > 1 || video.currentTime < buffered.start(buffered.length - 1)) video.currentTime = Math.max(buffered.start(buffered.length - 1), end - 0.08);
      video.playbackRate = behind > 0.12 ? 1.1 : 1;
      if (video.paused) video.play();
    };
    const next = () => {
      if (source.readyState !== 'open' || waiting.length === 0) return;
      if (buffer === undefined) {
        buffer = source.addSourceBuffer(mime);
        buffer.addEventListener('updateend', () => { steer(); next(); });
      }
      if (!buffer.updating) buffer.appendBuffer(waiting.shift());
    };
    source.addEventListener('sourceopen', next);
    const socket = new WebSocket(address);
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => socket.send(JSON.stringify({ type: 'play', mode: 'live' }));
    socket.onmessage = ({ data }) => {
      if (typeof data === 'string') mime = JSON.parse(data).mime ?? mime;
      else { arrived ??= clock(); waiting.push(data); next(); }
    };
    const frame = () => { painted(video); video.requestVideoFrameCallback(frame); };
    video.requestVideoFrameCallback(frame);
    return () => { socket.close(); video.removeAttribute('src'); video.load(); video.remove(); };
  };

  const units = (address, painted) => {
    const canvas = newCanvas(${width}, ${height});
    const context = canvas.getContext('2d');
    let next;
    let due = 0;
    const decoder = new VideoDecoder({
      error: (error) => console.error(error),
      output: (picture) => {
        next?.close();
        next = picture;
        if (due !== 0 || decoder.decodeQueueSize > 2) return;
        due = requestAnimationFrame(() => {
          due = 0;
          context.drawImage(next, 0, 0);
          next.close();
          next = undefined;
          painted(canvas);
        });
      },
    });
    const socket = new WebSocket(address);
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => socket.send(JSON.stringify({ type: 'play', mode: 'live', format: 'units' }));
    socket.onmessage = ({ data }) => {
      if (typeof data !== 'string') {
        arrived ??= clock();
        const head = new DataView(data);
        decoder.decode(new EncodedVideoChunk({ type: head.getUint8(0) === 1 ? 'key' : 'delta', timestamp: head.getFloat64(8) * 1000, data: new Uint8Array(data, 16) }));
        return;
      }
      const { type, mime, configuration } = JSON.parse(data);
      if (type !== 'init') return;
      const description = Uint8Array.from(atob(configuration), (letter) => letter.charCodeAt(0));
      decoder.configure({ codec: /codecs="([^"]*)"/.exec(mime)[1], description, optimizeForLatency: true });
    };
    return () => { socket.onmessage = null; socket.close(); cancelAnimationFrame(due); next?.close(); decoder.close(); canvas.remove(); };
  };

  // Without a graphics processor its 2D canvas is the fast one.
  const mpeg1 = (address, painted) => {
    const canvas = newCanvas(${width}, ${height});
    const socket = new WebSocket(address);
    let player;
    socket.onmessage = ({ data }) => {
      player = new JSMpeg.Player(JSON.parse(data).address, { canvas, audio: false, disableGl: true, onVideoDecode: () => painted(canvas) });
    };
    return () => { player?.destroy(); socket.close(); canvas.remove(); };
  };

  let end;
  let looking;
  let arrived;
  return {
    open(kind, address) {
      const asked = clock();
      arrived = undefined;
      return new Promise((first) => {
        end = { mp4, units, mpeg1 }[kind](address, (picture) => {
          const at = clock();
          first({ bytes: arrived && arrived - asked, painted: at - asked });
          looking?.push({ number: numberIn(picture), at });
        });
      });
    },
    async look(forMs) {
      const seen = looking = [];
      await new Promise((passed) => setTimeout(passed, forMs));
      looking = undefined;
      return seen;
    },
    close() { end?.(); end = undefined; },
  };
})();
`;

/** Serves a page that can show one view at a time, as `views`, on a loopback address: WebCodecs wants a secure context. */
export async function serveViewPage(): Promise<{ readonly address: string; readonly close: () => void }> {
  const jsmpeg = join(dirname(createRequire(import.meta.url).resolve('@cycjimmy/jsmpeg-player')), 'jsmpeg-player.umd.min.js');
  const files = new Map([
    [
      '/',
      {
        type: 'text/html',
        body: '<!doctype html><meta charset="utf-8"><title>Views</title><script src="/jsmpeg.js"></script><script src="/views.js"></script><body>',
      },
    ],
    ['/jsmpeg.js', { type: 'text/javascript', body: readFileSync(jsmpeg, 'utf8') }],
    ['/views.js', { type: 'text/javascript', body: script }],
  ]);
  const server = createServer((request, response) => {
    const file = files.get(request.url ?? '');
    response.writeHead(file === undefined ? 404 : 200, { 'content-type': file?.type ?? 'text/plain' }).end(file?.body);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

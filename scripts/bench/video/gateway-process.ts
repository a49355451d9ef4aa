import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { WebSocketServer } from 'ws';
import { systemClock } from '../../../src/domain/clock.ts';
import { createVideo } from '../../../src/video/index.ts';

// The video part of a gateway in a process of its own, so that its time and memory can be told: `gateway-process.ts RTSP_PORT CAMERAS`.
// Serves tiles at /cam-N without a session. Says its port, and twice a second how its cameras are.

const [rtspPort = 0, cameras = 0] = process.argv.slice(2).map(Number);
const dataDir = mkdtempSync(join(tmpdir(), 'sallyport-bench-video-'));
const video = createVideo({ clock: systemClock, log: pino({ level: 'error' }), dataDir, ringSeconds: 10, report: () => Promise.resolve() });
for (let n = 0; n < cameras; n += 1)
  video.attach({ id: `cam-${n}`, name: `Camera ${n}` }, () => Promise.resolve({ uri: `rtsp://127.0.0.1:${rtspPort}/cam-${n}`, transport: 'tcp' }));
const server = createServer();
const sockets = new WebSocketServer({ server, perMessageDeflate: false });
sockets.on('connection', (socket, request) => video.serve(socket, (request.url ?? '').slice(1)));
server.listen(0, '127.0.0.1', () => {
  process.send?.({ port: (server.address() as AddressInfo).port });
});
setInterval(() => {
  const status = video.status();
  process.send?.({
    live: status.filter(({ state }) => state === 'live').length,
    full: status.filter(({ ringSeconds }) => ringSeconds >= 10).length,
    ringBytes: status.reduce((sum, { ringBytes }) => sum + ringBytes, 0),
    dropped: status.reduce((sum, { picturesDropped }) => sum + picturesDropped, 0),
  });
}, 500);
process.once('disconnect', () => {
  rmSync(dataDir, { recursive: true, force: true });
  process.exit(0);
});

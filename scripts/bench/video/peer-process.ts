import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import type { PassThrough } from 'node:stream';
import ffmpeg from 'fluent-ffmpeg';
import type { WebSocket } from 'ws';
import { WebSocketServer } from 'ws';
import { freePorts } from '../../../test/support/free-ports.ts';
import { loadFootage } from './load.ts';

// What connects to a camera only when a view of it is asked for, in a process of its own: `peer-process.ts fluent-ffmpeg|node-rtsp-stream RTSP_PORT`.
// Says its port. A WebSocket to /cam-N is a view of that camera and lasts as long as it.

interface RtspStream {
  stop(): void;
}
const NodeRtspStream = createRequire(import.meta.url)('node-rtsp-stream') as new (options: Record<string, unknown>) => RtspStream;
/** By then the processes of the views are told to end. */
const END_MS = 500;
// It tells of every viewer there.
console.log = () => undefined;

const [peer, rtspPort] = process.argv.slice(2);
const open: (view: WebSocket, address: string) => void | Promise<void> = peer === 'fluent-ffmpeg' ? remuxed : transcoded;
const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false }, () => {
  process.send?.({ port: (server.address() as AddressInfo).port });
});
server.on('connection', (socket, request) => void open(socket, `rtsp://127.0.0.1:${rtspPort ?? ''}${request.url ?? ''}`));
process.once('disconnect', () => {
  for (const socket of server.clients) socket.terminate();
  setTimeout(() => process.exit(0), END_MS);
});

/** One ffmpeg for each view: what the camera sends, as fragmented MP4, each picture as soon as it is there. */
function remuxed(view: WebSocket, address: string): void {
  const command = ffmpeg(address)
    .inputOptions(['-rtsp_transport', 'tcp', '-fflags', 'nobuffer'])
    .outputOptions(['-c', 'copy', '-f', 'mp4', '-movflags', 'frag_every_frame+empty_moov+default_base_moof', '-flush_packets', '1']);
  command.on('error', () => view.terminate());
  (command.pipe() as PassThrough).on('data', (data: Buffer) => view.send(data));
  view.once('close', () => command.kill('SIGKILL'));
}

/** Its own WebSocket server for each camera, to which the view is sent; MPEG-1 as its documentation has it. */
async function transcoded(view: WebSocket, streamUrl: string): Promise<void> {
  const [wsPort = 0] = await freePorts(1);
  if (view.readyState !== view.OPEN) return;
  const { width, height } = loadFootage;
  const stream = new NodeRtspStream({ name: 'peer', streamUrl, wsPort, width, height, ffmpegOptions: { '-loglevel': 'quiet', '-r': 25 } });
  view.once('close', () => stream.stop());
  view.send(JSON.stringify({ address: `ws://127.0.0.1:${wsPort}` }));
}

import { createRequire } from 'node:module';
import { once } from 'node:events';
import type { PassThrough } from 'node:stream';
import ffmpeg from 'fluent-ffmpeg';
import { freePorts } from '../../test/support/free-ports.ts';

interface RtspStream {
  on(event: 'camdata' | 'exitWithError', listener: () => void): void;
  stop(): void;
}
const NodeRtspStream = createRequire(import.meta.url)('node-rtsp-stream') as new (options: Record<string, unknown>) => RtspStream;

/** Milliseconds from the request to the first byte, of one ffmpeg that remuxes the camera's stream for one view. */
export async function fluentFfmpegFirstByte(address: string): Promise<number> {
  const start = performance.now();
  const command = ffmpeg(address)
    .inputOptions(['-rtsp_transport', 'tcp'])
    .outputOptions(['-c', 'copy', '-f', 'mp4', '-movflags', 'frag_keyframe+empty_moov']);
  command.on('error', () => undefined);
  const output = command.pipe() as PassThrough;
  // The file's head comes before the first picture is there; what counts is the first fragment.
  let bytes = 0;
  for await (const [chunk] of chunks(output)) {
    bytes += chunk.length;
    if (bytes > 2000) break;
  }
  const took = performance.now() - start;
  command.kill('SIGKILL');
  return took;
}

/** Milliseconds from the request to the first byte of MPEG-1. */
export async function nodeRtspStreamFirstByte(address: string): Promise<number> {
  const [wsPort = 0] = await freePorts(1);
  const start = performance.now();
  const stream = new NodeRtspStream({ name: 'peer', streamUrl: address, wsPort, ffmpegOptions: { '-loglevel': 'quiet', '-r': 25 } });
  await new Promise<void>((first, failed) => {
    stream.on('camdata', first);
    stream.on('exitWithError', () => failed(new Error('node-rtsp-stream gave up on the camera')));
  });
  const took = performance.now() - start;
  stream.stop();
  return took;
}

async function* chunks(stream: PassThrough): AsyncGenerator<[Buffer]> {
  for (;;) yield (await once(stream, 'data')) as [Buffer];
}

import { parseArgs } from 'node:util';
import { durations, durationsHead, machine } from './figures.ts';
import { fluentFfmpegFirstByte, nodeRtspStreamFirstByte } from './video-peers.ts';
import { measureConsole } from './video/console.ts';
import { loadFootage, measureFanOut, measureIngest, startFarm } from './video/load.ts';

// npm run bench:video [-- --only load,console,peers --rounds 50 --peers 20]
//
// What the video path does on this machine: processor and memory by the number of cameras and viewers; from an incident's message to its pictures in the
// real console in headless Chromium, with and without 200 cameras beside, and the way of the alarm itself; and the same question for what connects to a
// camera only when it is asked. The simulated cameras, the gateway and the browser are processes of their own on the same machine.

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: 'load,console,peers' },
    rounds: { type: 'string', default: '50' },
    peers: { type: 'string', default: '20' },
  },
});
const wanted = new Set(values.only.split(','));
const rounds = Number(values.rounds);

console.log(machine());
if (wanted.has('load')) {
  await measureIngest([1, 10, 50, 200]);
  await measureFanOut(100);
}
if (wanted.has('console')) {
  console.log(`\n${durationsHead}`);
  await measureConsole({ name: 'camera in the overview', rounds, moreCameras: 0 });
  await measureConsole({ name: 'camera not shown before', rounds, moreCameras: 4 });
  await measureConsole({ name: 'the same beside 200 more', rounds, moreCameras: 200 });
}
if (wanted.has('peers')) {
  const farm = await startFarm(1);
  const address = `rtsp://127.0.0.1:${farm.said.port ?? 0}/cam-0`;
  const { width, height, kbps, groupSeconds } = loadFootage;
  console.log(
    `\nFor comparison, request -> first byte of video, before any is decoded (${width} x ${height}, ${kbps} kbit/s, a key frame every ${groupSeconds} s)`,
  );
  console.log(durationsHead);
  console.log(durations('one ffmpeg a view, remuxed (fluent-ffmpeg 2.1.3)', await repeated(() => fluentFfmpegFirstByte(address))));
  console.log(durations('transcoded to MPEG-1 (node-rtsp-stream 0.0.9)', await repeated(() => nodeRtspStreamFirstByte(address))));
  await farm.stop();
}

async function repeated(measure: () => Promise<number>): Promise<number[]> {
  const all: number[] = [];
  for (let round = 0; round < Number(values.peers); round += 1) all.push(await measure());
  return all;
}

import { parseArgs } from 'node:util';
import { durationsHead, machine } from './figures.ts';
import { measureAlarms } from './video/alarms.ts';
import { measureConsole } from './video/console.ts';
import { measureFanOut, measureIngest } from './video/load.ts';
import { measurePeerLoad } from './video/peer-load.ts';
import { measureViews } from './video/views.ts';

// npm run bench:video [-- --only load,views,console,alarms --rounds 50 --cameras 1,10,50,200]
//
// What the video path does on this machine, beside what connects to a camera only when it is asked (one ffmpeg a view by fluent-ffmpeg; node-rtsp-stream
// with jsmpeg). load: processor and memory by the number of cameras and viewers. views: in one page of headless Chromium and from one camera, the first painted
// picture and how old pictures are. console: from an incident's message to its pictures in the real console, with and without 200 cameras beside, and the way
// of the alarm itself. alarms: that way beside the lab's own cameras and beside 200 more, without a browser. The simulated cameras, the gateway, the peers and
// the browser are processes of their own on the same machine.

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: 'load,views,console,alarms' },
    rounds: { type: 'string', default: '50' },
    cameras: { type: 'string', default: '1,10,50,200' },
  },
});
const wanted = new Set(values.only.split(','));
const rounds = Number(values.rounds);
const cameras = values.cameras.split(',').map(Number);

console.log(machine());
if (wanted.has('load')) {
  await measureIngest(cameras);
  await measureFanOut(100);
  await measurePeerLoad('fluent-ffmpeg', cameras);
  await measurePeerLoad('node-rtsp-stream', cameras);
}
if (wanted.has('views')) await measureViews(rounds);
if (wanted.has('console')) {
  console.log(`\n${durationsHead}`);
  await measureConsole({ name: 'camera in the overview', rounds, moreCameras: 0 });
  await measureConsole({ name: 'camera not shown before', rounds, moreCameras: 4 });
  await measureConsole({ name: 'the same beside 200 more', rounds, moreCameras: 200 });
  await measureConsole({ name: 'tiles of least delay', rounds: 0, moreCameras: 0, leastDelay: true });
}
if (wanted.has('alarms')) {
  console.log(`\n${durationsHead}`);
  await measureAlarms(rounds, 200);
}

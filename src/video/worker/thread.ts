import { parentPort, workerData } from 'node:worker_threads';
import { pino } from 'pino';
import type { FoundRecording, StreamAddress } from '../../adapter/contract.ts';
import { Calls, outcomeOf } from '../../adapter/worker/calls.ts';
import type { StreamKind } from '../../desk/video-protocol.ts';
import { systemClock } from '../../domain/clock.ts';
import { createEngine } from '../engine.ts';
import type { FromVideoThread, ThreadSettings, ToVideo } from './messages.ts';
import { Outbox } from './outbox.ts';
import { RemoteSocket } from './remote-socket.ts';

// A video thread: cameras, their rings, recordings and viewers, away from the loop that handles alarms.

const STATUS_MS = 500;

if (parentPort === null) throw new Error('this module is the inside of a worker thread');
const port = parentPort;
const { dataDir, ringSeconds, ringStream, liveMain, conversions, recordingMinutes, logLevel } = workerData as ThreadSettings;
const post = (message: FromVideoThread, transfer: ArrayBuffer[] = []) => port.postMessage(message, transfer);
const calls = new Calls();
const tiles = new Map<number, RemoteSocket>();
const outbox = new Outbox((parcels, transfer) => post({ type: 'send', parcels }, transfer));
const engine = createEngine({
  clock: systemClock,
  // Whose line it is, and when, the gateway's own log adds.
  log: pino({ level: logLevel, base: null, timestamp: false }, { write: (line) => post({ type: 'log', line }) }),
  dataDir,
  ...(ringSeconds !== undefined && { ringSeconds }),
  ...(ringStream !== undefined && { ringStream }),
  ...(liveMain !== undefined && { liveMain }),
  ...(conversions !== undefined && { conversions }),
  ...(recordingMinutes !== undefined && { recordingMinutes }),
  incomplete: (camera, sentence) => post({ type: 'incomplete', camera, sentence }),
  recorder: (camera, from, to) => calls.make((call) => post({ type: 'recorder', call, camera, from, to })) as Promise<FoundRecording | undefined>,
  report: async (signal) => {
    await calls.make((call) => post({ type: 'report', call, signal }));
  },
});

function openTile(tile: number, camera: string): void {
  const socket = new RemoteSocket(tile, outbox, (code, reason) => post({ type: 'hang-up', tile, code, reason }));
  tiles.set(tile, socket);
  socket.once('close', () => tiles.delete(tile));
  engine.serve(socket, camera);
}

function tellStatus(): void {
  post({ type: 'status', cameras: engine.status(), memory: engine.memory() });
  systemClock.after(STATUS_MS, tellStatus);
}

port.on('message', (message: ToVideo) => {
  switch (message.type) {
    case 'ping':
      return post({ type: 'pong' });
    case 'answer':
      return calls.settle(message.call, message.outcome);
    case 'attach': {
      const { camera, name } = message;
      const open = (stream: StreamKind) =>
        calls.make((call) => post({ type: 'address', call, camera, stream })) as Promise<StreamAddress | undefined>;
      return engine.attach({ id: camera, name }, open);
    }
    case 'tile':
      return openTile(message.tile, message.camera);
    case 'said':
      return void tiles.get(message.tile)?.emit('message', Buffer.from(message.text), message.isBinary);
    case 'gone':
      return tiles.get(message.tile)?.gone();
    case 'flushed':
      for (const [tile, bytes] of message.tiles) tiles.get(tile)?.flushed(bytes);
      return;
    case 'keep':
      return engine.keep(message.incident, message.cameras, message.at, message.resumes);
    case 'over':
      return engine.over(message.incident);
    case 'clip': {
      const { call, camera, from, to } = message;
      return void outcomeOf(engine.clip(camera, from, to)).then((outcome) => post({ type: 'answer', call, outcome }));
    }
    case 'close':
      return void engine.close().then(() => post({ type: 'closed' }));
  }
});
tellStatus();
post({ type: 'ready' });

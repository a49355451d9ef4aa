import { setTimeout as pause } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { startFarm } from './load.ts';
import { PICTURES_PER_SECOND } from './footage.ts';
import { descendants, Part, processorSeconds, proportionalMegabytes } from './processes.ts';

export type PeerName = 'fluent-ffmpeg' | 'node-rtsp-stream';

const WINDOW_S = 10;
/** By then every view of what keeps up has begun, and the start of the processes is over. */
const START_LIMIT_MS = 45_000;
const SETTLE_MS = 3_000;
const KEEPS_UP = 0.9 * PICTURES_PER_SECOND;
const TS_PACKET_BYTES = 188;

/** What connects when it is asked, in a process of its own. */
export function startPeer(peer: PeerName, rtspPort: number): Promise<Part<{ readonly port: number }>> {
  return Part.start('peer-process.ts', [peer, rtspPort]);
}

/** Processor time and memory of a peer with all its processes for so many cameras with a view each, up to the number that it cannot serve. */
export async function measurePeerLoad(peer: PeerName, counts: readonly number[]): Promise<void> {
  console.log(`\n${peer}, a view of each camera, all its processes; memory that they share is counted once`);
  console.log('cameras   % of a core   a camera            MB   a camera   pictures/s at the views');
  for (const count of counts) {
    const farm = await startFarm(count);
    const part = await startPeer(peer, farm.said.port ?? 0);
    const views = Array.from({ length: count }, (_, n) => new View(peer, part.said.port ?? 0, n));
    const begun = await allBegun(views);
    await pause(SETTLE_MS);
    const pid = part.process.pid ?? 0;
    const before = spent(pid);
    const counted = views.map(({ pictures }) => pictures);
    const from = performance.now();
    await pause(WINDOW_S * 1000);
    const seconds = (performance.now() - from) / 1000;
    const percent = ((spent(pid) - before) / seconds) * 100;
    const megabytes = [pid, ...descendants(pid)].reduce((sum, each) => sum + proportionalMegabytes(each), 0);
    const rates = views.map(({ pictures }, n) => (pictures - (counted[n] ?? 0)) / seconds);
    const least = Math.min(...rates);
    const columns = [count, percent.toFixed(1), `${(percent / count).toFixed(2)} %`, megabytes.toFixed(0), (megabytes / count).toFixed(1)];
    const table = columns.map((column, i) => String(column).padStart([7, 14, 11, 14, 11][i] ?? 0)).join('');
    console.log(`${table}   ${least.toFixed(1)} to ${Math.max(...rates).toFixed(1)}`);
    for (const view of views) view.close();
    await part.stop();
    await farm.stop();
    if (least >= KEEPS_UP) continue;
    const reason = begun < count ? `${count - begun} views had no picture after ${START_LIMIT_MS / 1000} s` : 'the views fall behind the camera';
    console.log(`not possible with ${count} cameras on this machine: ${reason}; more were not tried`);
    return;
  }
}

/** Counts the pictures of one view. */
class View {
  pictures = 0;
  readonly #sockets: WebSocket[] = [];
  #rest = Buffer.alloc(0);

  constructor(peer: PeerName, port: number, camera: number) {
    const view = this.#open(`ws://127.0.0.1:${port}/cam-${camera}`);
    if (peer === 'fluent-ffmpeg') view.on('message', (data: Buffer) => (this.pictures += occurrences(data, 'moof')));
    else
      view.once('message', (data: Buffer) => {
        const { address } = JSON.parse(data.toString()) as { address: string };
        // The first message is jsmpeg's head, not a part of the stream.
        this.#open(address).once('message', () => this.#sockets.at(-1)?.on('message', (bytes: Buffer) => this.#count(bytes)));
      });
  }

  close(): void {
    for (const socket of this.#sockets) socket.terminate();
  }

  #open(address: string): WebSocket {
    const socket = new WebSocket(address, { perMessageDeflate: false });
    socket.on('error', () => undefined);
    this.#sockets.push(socket);
    return socket;
  }

  /** Each picture begins a packet of its own on the video's PID (ISO/IEC 13818-1, payload_unit_start_indicator). */
  #count(bytes: Buffer): void {
    const all = Buffer.concat([this.#rest, bytes]);
    let at = 0;
    for (; at + TS_PACKET_BYTES <= all.length; at += TS_PACKET_BYTES) if ((all.readUInt16BE(at + 1) & 0x5fff) === 0x4100) this.pictures += 1;
    this.#rest = all.subarray(at);
  }
}

function occurrences(data: Buffer, text: string): number {
  let count = 0;
  for (let at = data.indexOf(text); at >= 0; at = data.indexOf(text, at + text.length)) count += 1;
  return count;
}

async function allBegun(views: readonly View[]): Promise<number> {
  const deadline = performance.now() + START_LIMIT_MS;
  for (;;) {
    const begun = views.filter(({ pictures }) => pictures > 0).length;
    if (begun === views.length || performance.now() > deadline) return begun;
    await pause(100);
  }
}

/** Processor seconds of a process and of what it started. */
function spent(pid: number): number {
  return [pid, ...descendants(pid)].reduce((sum, each) => sum + processorSeconds(each), 0);
}

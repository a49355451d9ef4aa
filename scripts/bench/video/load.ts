import { WebSocket } from 'ws';
import { until } from '../../../test/support/until.ts';
import { Part, processorPercent, residentMegabytes } from './processes.ts';

interface FarmSaid {
  readonly port: number;
  readonly sent: number;
}
interface GatewaySaid {
  readonly port: number;
  readonly live: number;
  readonly full: number;
  readonly ringBytes: number;
  readonly dropped: number;
}

/** What the footage of the load measurements is. */
export const loadFootage = { width: 1280, height: 720, kbps: 2000, groupSeconds: 2 };
const WINDOW_S = 10;
const LIMIT_MS = 120_000;

/** Processor time and memory of the video part for so many cameras, less what it takes without any. */
export async function measureIngest(counts: readonly number[]): Promise<void> {
  console.log(
    `\nIngest: ${loadFootage.width} x ${loadFootage.height}, 25 pictures/s, ${loadFootage.kbps} kbit/s, 10 s of past; cameras in another process; aim 0.16 % and 4 MB + ring`,
  );
  console.log('cameras   % of a core   a camera   MB resident   a camera   of that ring   dropped');
  const idle = await withGateway(0, 0, (pid) => Promise.resolve(residentMegabytes(pid)));
  for (const count of counts) {
    const farm = await startFarm(count);
    await withGateway(farm.said.port ?? 0, count, async (pid, said) => {
      await until('full rings', () => said.full === count, LIMIT_MS);
      const percent = await processorPercent(pid, WINDOW_S);
      const megabytes = residentMegabytes(pid);
      const ring = (said.ringBytes ?? 0) / 2 ** 20;
      const columns = [count, percent.toFixed(1), `${(percent / count).toFixed(3)} %`, megabytes.toFixed(0), ((megabytes - idle) / count).toFixed(2)];
      console.log(
        [...columns, (ring / count).toFixed(2), said.dropped ?? 0]
          .map((column, i) => String(column).padStart([7, 14, 11, 14, 11, 15, 10][i] ?? 0))
          .join(''),
      );
    });
    await farm.stop();
  }
  console.log(`(without cameras: ${idle.toFixed(0)} MB)`);
}

/** What a hundred viewers of one camera cost, and whether all get every picture. */
export async function measureFanOut(viewers: number): Promise<void> {
  const farm = await startFarm(1);
  await withGateway(farm.said.port ?? 0, 1, async (pid, said) => {
    await until('a full ring', () => said.full === 1, LIMIT_MS);
    const before = await processorPercent(pid, 5);
    const received: number[] = [];
    const sockets = await Promise.all(
      Array.from({ length: viewers }, async (_, n) => {
        const socket = new WebSocket(`ws://127.0.0.1:${said.port ?? 0}/cam-0`, { perMessageDeflate: false });
        await new Promise((open) => socket.once('open', open));
        socket.on('message', (data: Buffer, isBinary) => {
          if (isBinary && data.includes('moof')) received[n] = (received[n] ?? 0) + 1;
        });
        socket.send(JSON.stringify({ type: 'play', mode: 'live' }));
        return socket;
      }),
    );
    await new Promise((resolve) => setTimeout(resolve, 3000));
    received.fill(0);
    const percent = await processorPercent(pid, WINDOW_S);
    const rates = received.map((count) => count / WINDOW_S);
    console.log(
      `\nFan-out: ${viewers} viewers of one camera at 2 Mbit/s: ${percent.toFixed(1)} % of a core, ${((percent - before) / viewers).toFixed(3)} % a viewer; pictures/s at the viewers ${Math.min(...rates).toFixed(1)} to ${Math.max(...rates).toFixed(1)}`,
    );
    for (const socket of sockets) socket.terminate();
  });
  await farm.stop();
}

/** Simulated cameras in a process of their own. */
export function startFarm(count: number): Promise<Part<FarmSaid & { readonly sentAt: number[] }>> {
  const { width, height, kbps, groupSeconds } = loadFootage;
  return Part.start('farm-process.ts', [count, width, height, kbps, groupSeconds]);
}

/** The video part of a gateway in a process of its own. */
export function startGateway(rtspPort: number, cameras: number): Promise<Part<GatewaySaid>> {
  return Part.start('gateway-process.ts', [rtspPort, cameras]);
}

async function withGateway<T>(rtspPort: number, cameras: number, use: (pid: number, said: Partial<GatewaySaid>) => Promise<T>): Promise<T> {
  const gateway = await startGateway(rtspPort, cameras);
  try {
    return await use(gateway.process.pid ?? 0, gateway.said);
  } finally {
    await gateway.stop();
  }
}

import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below the ports that systems give to outgoing connections, which would take a port away before it is listened on; each process has a part of its own. */
const FIRST = 10_240;
const PER_PART = 2_816;
const PARTS_OF_WORKERS = 4;
const PARTS_OF_OTHERS = 4;

const worker = Number(process.env['MOCHA_WORKER_ID']);
const part = Number.isInteger(worker) ? worker % PARTS_OF_WORKERS : PARTS_OF_WORKERS + (process.pid % PARTS_OF_OTHERS);
let next = Math.floor(Math.random() * PER_PART);

/** Some TCP ports of the loopback that nobody uses right now, all different, and none that this process was given a short while ago. */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  while (ports.length < count) {
    const port = FIRST + part * PER_PART + (next % PER_PART);
    next += 1;
    if (await isFree(port)) ports.push(port);
  }
  return ports;
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  await new Promise((closed) => server.close(closed));
  return true;
}

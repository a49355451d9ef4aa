import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Work } from './driven.ts';
import { Driven } from './driven.ts';

// One pipeline in a process of its own (node driven-process.ts WORK), which sends so many events whenever it is told to.

/** Of this process: all its threads, garbage collection included. */
export interface Told {
  readonly processorUs: number;
  readonly incidents: number;
  /** After a collection, where one was asked for. */
  readonly heapBytes: number;
}

export interface Asked {
  readonly events: number;
  readonly collect: boolean;
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const driven = new Driven(JSON.parse(process.argv[2] ?? '') as Work);
await driven.warmUp();

process.on('message', ({ events, collect }: Asked) => {
  void (async () => {
    const before = process.cpuUsage();
    await driven.send(events);
    const { user, system } = process.cpuUsage(before);
    if (collect) collectGarbage();
    process.send?.({ processorUs: user + system, incidents: driven.incidents, heapBytes: process.memoryUsage().heapUsed } satisfies Told);
  })();
});
process.on('disconnect', () => driven.close());

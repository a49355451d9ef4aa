import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Work } from './driven.ts';
import type { Asked, Told } from './driven-process.ts';

/** A few tenths of a second. */
const EVENTS_A_TURN = 60_000;
const STARTS = 3;

export interface Measured {
  readonly work: Work;
  readonly perSecond: number;
  readonly incidents: number;
  readonly growthMB: number;
}

/** A pipeline in a process of its own. */
class Pipeline {
  readonly work: Work;
  processorUs = 0;
  incidents = 0;
  heapGrowthBytes = 0;
  readonly #process;
  readonly #ended;
  #answered: (told: Told) => void = () => undefined;

  constructor(work: Work) {
    this.work = work;
    this.#process = fork(join(import.meta.dirname, 'driven-process.ts'), [JSON.stringify(work)]);
    this.#process.on('message', (told: Told) => this.#answered(told));
    this.#ended = once(this.#process, 'exit');
  }

  async start(): Promise<void> {
    this.heapGrowthBytes -= (await this.#ask({ events: 0, collect: true })).heapBytes;
  }

  async send(events: number): Promise<void> {
    this.processorUs += (await this.#ask({ events, collect: false })).processorUs;
  }

  async end(): Promise<void> {
    const { heapBytes, incidents } = await this.#ask({ events: 0, collect: true });
    this.heapGrowthBytes += heapBytes;
    this.incidents = incidents;
    this.#process.disconnect();
    await this.#ended;
  }

  #ask(asked: Asked): Promise<Told> {
    return new Promise((resolve, reject) => {
      this.#answered = resolve;
      void this.#ended.then(() => reject(new Error('a pipeline ended before it answered')));
      this.#process.send(asked);
    });
  }
}

/**
 * Events per second of processor time of several pipelines. They work in turns, so that what else the machine has to do, which changes from one
 * minute to the next, is the same for all that are compared, and in another order each time, since what worked before leaves its traces in the processor's caches;
 * and each is started a few times, since one start of the same work differs from the next by a tenth.
 */
export async function measureInTurns(works: readonly Work[], events: number): Promise<readonly Measured[]> {
  const turns = Math.ceil(events / STARTS / EVENTS_A_TURN);
  const eventsATurn = Math.round(events / STARTS / turns);
  const pipelines = Array.from({ length: STARTS }, () => works.map((work) => new Pipeline(work))).flat();
  for (const each of pipelines) await each.start();
  for (let turn = 0; turn < turns; turn += 1) for (const each of shuffled(pipelines)) await each.send(eventsATurn);
  for (const each of pipelines) await each.end();
  return works.map((work) => {
    const own = pipelines.filter((each) => each.work === work);
    const total = (of: (each: Pipeline) => number) => own.reduce((sum, each) => sum + of(each), 0);
    return {
      work,
      perSecond: Math.round((STARTS * turns * eventsATurn) / (total(({ processorUs }) => processorUs) / 1e6)),
      incidents: total(({ incidents }) => incidents),
      growthMB: total(({ heapGrowthBytes }) => heapGrowthBytes) / STARTS / 2 ** 20,
    };
  });
}

function shuffled<Each>(all: readonly Each[]): readonly Each[] {
  return all
    .map((each) => ({ each, by: Math.random() }))
    .sort((a, b) => a.by - b.by)
    .map(({ each }) => each);
}

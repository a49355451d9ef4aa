import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Work } from './driven.ts';
import type { Asked, Told } from './driven-process.ts';

/** A few tenths of a second. */
const EVENTS_A_TURN = 60_000;

export interface Measured {
  readonly work: Work;
  readonly perSecond: number;
  readonly incidents: number;
  readonly growthMB: number;
}

/** A pipeline in a process of its own. */
class Pipeline {
  readonly work: Work;
  readonly #process;
  readonly #ended;
  #answered: (told: Told) => void = () => undefined;

  constructor(work: Work) {
    this.work = work;
    this.#process = fork(join(import.meta.dirname, 'driven-process.ts'), [JSON.stringify(work)]);
    this.#process.on('message', (told: Told) => this.#answered(told));
    this.#ended = once(this.#process, 'exit');
  }

  ask(asked: Asked): Promise<Told> {
    return new Promise((resolve, reject) => {
      this.#answered = resolve;
      void this.#ended.then(() => reject(new Error('a pipeline ended before it answered')));
      this.#process.send(asked);
    });
  }

  async close(): Promise<void> {
    this.#process.disconnect();
    await this.#ended;
  }
}

/**
 * Events per second of processor time of several pipelines. They work in turns, so that what else the machine has to do, which changes from
 * one minute to the next, is the same for all that are compared.
 */
export async function measureInTurns(works: readonly Work[], events: number): Promise<readonly Measured[]> {
  const rows = works.map((work) => ({ pipeline: new Pipeline(work), us: 0, heapBefore: 0 }));
  for (const row of rows) row.heapBefore = (await row.pipeline.ask({ events: 0, collect: true })).heapBytes;
  const turns = Math.ceil(events / EVENTS_A_TURN);
  for (let turn = 0; turn < turns; turn += 1)
    for (const row of rows) row.us += (await row.pipeline.ask({ events: events / turns, collect: false })).processorUs;
  const measured = [];
  for (const { pipeline, us, heapBefore } of rows) {
    const { incidents, heapBytes } = await pipeline.ask({ events: 0, collect: true });
    measured.push({ work: pipeline.work, perSecond: Math.round(events / (us / 1e6)), incidents, growthMB: (heapBytes - heapBefore) / 2 ** 20 });
    await pipeline.close();
  }
  return measured;
}

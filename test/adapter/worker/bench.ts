import { Writable } from 'node:stream';
import { pino } from 'pino';
import { DeviceSupervisor } from '../../../src/adapter/supervisor.ts';
import { WorkerRunner } from '../../../src/adapter/worker/worker-runner.ts';
import type { ThreadLimits } from '../../../src/adapter/worker/adapter-thread.ts';
import { systemClock } from '../../../src/domain/clock.ts';
import type { DeviceSignal } from '../../../src/domain/event.ts';

/** One device whose adapter, a fixture, runs in a thread. */
export class ThreadedDevice {
  readonly reported: DeviceSignal[] = [];
  readonly logged: string[] = [];
  /** Every state of the link, in order. */
  readonly states: string[] = [];
  readonly runner: WorkerRunner;
  readonly supervisor: DeviceSupervisor;
  journalFails = false;

  constructor(fixture: 'counting' | 'misbehaving' | 'talking', options: unknown = {}, limits: Partial<ThreadLimits> = {}) {
    const lines = new Writable({
      write: (line: Buffer, _encoding, done) => {
        this.logged.push(line.toString());
        done();
      },
    });
    const log = pino({ level: 'info' }, lines);
    const module = new URL(`fixtures/${fixture}.ts`, import.meta.url).href;
    this.runner = new WorkerRunner({
      name: fixture,
      module,
      clock: systemClock,
      log,
      limits: { memoryMb: 64, silentSeconds: 2, loadSeconds: 45, ...limits },
    });
    this.supervisor = new DeviceSupervisor({
      runner: this.runner,
      device: { id: fixture, name: 'Device', adapter: fixture, options },
      points: [],
      clock: systemClock,
      log,
      report: (signal) => {
        if (this.journalFails) return Promise.reject(new Error('disk full'));
        this.reported.push(signal);
        return Promise.resolve();
      },
      secret: () => Promise.resolve('open sesame'),
      changed: () => this.states.push(this.supervisor.link.state),
      random: () => 0,
    });
  }

  /** The reason of its latest outage. */
  get lastReason(): string {
    const offline = this.reported.filter(({ kind, phase }) => kind === 'device.offline' && phase === 'raised');
    return String(offline.at(-1)?.details?.['reason']);
  }

  async stop(): Promise<void> {
    const stopped = this.supervisor.stop();
    await this.runner.close();
    await stopped;
  }
}

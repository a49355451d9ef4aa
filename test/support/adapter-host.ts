import { pino } from 'pino';
import type { AdapterHost, ServedPoint } from '../../src/adapter/contract.ts';
import { readSecret } from '../../src/adapter/secret.ts';
import { systemClock } from '../../src/domain/clock.ts';
import type { Clock } from '../../src/domain/clock.ts';
import type { DeviceSignal } from '../../src/domain/event.ts';

/** A gateway as an adapter sees it, whose journal a test can break. */
export class TestHost implements AdapterHost {
  readonly device = { id: 'device', name: 'Device under test' };
  readonly points: readonly ServedPoint[];
  readonly clock: Clock;
  readonly log = pino({ level: 'silent' });
  /** Everything that the journal took, in order. */
  readonly reported: DeviceSignal[] = [];
  readonly malformedFrames: { frame: Uint8Array | string; reason: string }[] = [];
  onlineDetail: string | undefined;
  onlineAttention: string | undefined;
  isOnline = false;
  /** Set to make the journal fail. */
  journalFails = false;
  readonly #controller = new AbortController();

  constructor(points: readonly ServedPoint[], clock: Clock = systemClock) {
    this.points = points;
    this.clock = clock;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  abort(): void {
    this.#controller.abort(new Error('the test is over'));
  }

  report = async (signal: DeviceSignal): Promise<void> => {
    await Promise.resolve();
    if (this.journalFails) throw new Error('the journal cannot be written');
    this.reported.push(signal);
  };

  online = (detail?: string, attention?: string): void => {
    this.isOnline = true;
    this.onlineDetail = detail;
    this.onlineAttention = attention;
  };

  malformed = (frame: Uint8Array | string, reason: string): void => {
    this.malformedFrames.push({ frame, reason });
  };

  secret = (reference: Parameters<AdapterHost['secret']>[0]): Promise<string> => readSecret(reference, (path) => path);

  /** What was reported of `point` and `kind`, initial states included. */
  of(point: string, kind: DeviceSignal['kind']): DeviceSignal[] {
    return this.reported.filter((signal) => signal.point === point && signal.kind === kind);
  }
}

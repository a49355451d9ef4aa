import adapter from '../../../adapters/onvif-camera/index.ts';
import type { Options } from '../../../adapters/onvif-camera/options.ts';
import type { Connection, ServedPoint } from '../../../src/adapter/contract.ts';
import { systemClock } from '../../../src/domain/clock.ts';
import type { Clock } from '../../../src/domain/clock.ts';
import type { Phase } from '../../../src/domain/event.ts';
import type { EventKind } from '../../../src/domain/kinds.ts';
import { TestHost } from '../../support/adapter-host.ts';
import type { JournalledGateway } from '../../support/journalled-gateway.ts';

process.env['TEST_CAMERA_PASSWORD'] = 'open sesame';

export const camera: ServedPoint = { id: 'cam-1', type: 'camera', name: 'Camera 1', at: {} };

export function optionsFor(device: { readonly port: number }, more: Partial<Options> = {}): Options {
  const given = {
    host: '127.0.0.1',
    port: device.port,
    username: 'sallyport',
    password: { env: 'TEST_CAMERA_PASSWORD' },
    timeoutMs: 1_000,
    pullSeconds: 20,
  };
  return adapter.options.parse({ ...given, ...more });
}

/** A host and, once asked, its connection to the device; `end` aborts and waits until every handle is released. */
export class Connected {
  readonly host: TestHost;
  #connection: Connection | undefined;

  /** `journal`: the intake that takes what is reported, where it matters what becomes of it. */
  constructor(points: readonly ServedPoint[] = [camera], clock: Clock = systemClock, journal?: JournalledGateway) {
    this.host = journal?.host(points) ?? new TestHost(points, clock);
  }

  async open(device: { readonly port: number }, more: Partial<Options> = {}): Promise<Connection> {
    this.#connection = await adapter.connect(optionsFor(device, more), this.host);
    return this.#connection;
  }

  /** The phases reported of camera 1, in order; those that were read, not seen, in brackets. */
  phases(kind: EventKind = 'video.motion'): (Phase | `(${Phase})`)[] {
    return this.host.of('cam-1', kind).map(({ phase, initial }) => (initial === true ? (`(${phase})` as const) : phase));
  }

  async end(): Promise<void> {
    this.host.abort();
    await this.#connection?.done.catch(() => undefined);
  }
}

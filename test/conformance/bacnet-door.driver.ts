import type { ServedPoint } from '../../src/adapter/contract.ts';
import type { DeviceSignal } from '../../src/domain/event.ts';
import { createController } from '../../simulators/bacnet-door/index.ts';
import { parseOptions } from '../../simulators/bacnet-door/options.ts';
import { hasty } from '../support/hasty-clock.ts';
import type { ConformanceDriver } from './driver.ts';

const HOST = '127.0.0.3';
const DEVICE = 3001;

const points: readonly ServedPoint[] = [
  { id: 'door', type: 'door', name: 'Door', at: { accessDoor: 1 } },
  { id: 'reader', type: 'reader', name: 'Reader', parent: 'door', at: { accessPoint: 1 } },
];
const credentials = (signals: readonly DeviceSignal[]) =>
  signals.flatMap(({ point, details }) => (point === 'reader' && details?.['credential'] !== undefined ? [Number(details['credential'])] : []));

/** A controller with one door and a reader; an Access Point shows its last event alone. */
export default {
  keeps: 'latest',
  readsStates: true,
  faults: {
    drop: { apply: ({ simulator }) => simulator.faults['drop']?.({}), link: 'ends' },
    stall: { apply: ({ simulator }) => simulator.faults['stall']?.({}), link: 'ends' },
    reset: { notApplicable: 'UDP has no connections' },
    garble: { apply: ({ simulator }) => simulator.faults['garble']?.({}), link: 'ends' },
    truncate: { apply: ({ simulator }) => simulator.faults['truncate']?.({}), link: 'ends' },
    'byte-at-a-time': { notApplicable: 'a datagram arrives whole' },
    reboot: { apply: ({ simulator }) => simulator.faults['reboot']?.({}), link: 'either' },
    'clock-skew': { apply: ({ simulator }) => simulator.faults['clock-skew']?.({ seconds: 3600 }), link: 'stands', harmless: true },
  },

  async start() {
    const simulator = createController('controller', parseOptions({ host: HOST, port: 0, deviceInstance: DEVICE, doors: 1 }));
    await simulator.start();
    return {
      simulator,
      // Three answers of three seconds must be missed before a device counts as gone: ten times faster here.
      clock: hasty(10),
      options: { host: HOST, port: simulator.port, deviceInstance: DEVICE, pollMs: 200 },
      points,
      stimulate: (number) => simulator.stimuli['badge']?.({ door: 1, credential: number }),
      // Door and reader are subscribed to after the first reading; what a lost link has left behind tells this one nothing.
      ready: () => simulator.subscriptionsOfLastAsker >= points.length,
      numbers: credentials,
      shows: (signals, number) => credentials(signals).at(-1) === number,
    };
  },
} satisfies ConformanceDriver;

import type { ServedPoint } from '../../src/adapter/contract.ts';
import simulators from '../../simulators/sia-panel/index.ts';
import { freePorts } from '../support/free-ports.ts';
import type { ConformanceDriver } from './driver.ts';

const ZONES = 20;
const KEY = 'a test key of 32 bytes, no less.';
const KEY_VARIABLE = 'CONFORMANCE_PANEL_KEY';

/** A panel that dials in and repeats what is not acknowledged; stimulus n is an alarm of zone n. */
export default {
  keeps: 'everything',
  callsUs: true,
  readsStates: { notApplicable: 'the panel dials in and cannot be asked' },
  faults: {
    drop: { apply: ({ simulator }) => simulator.faults['drop']?.({}), link: 'stands' },
    stall: { apply: ({ simulator }) => simulator.faults['stall']?.({}), link: 'stands' },
    reset: { apply: ({ simulator }) => simulator.faults['reset']?.({}), link: 'stands', harmless: true },
    garble: { apply: ({ simulator }) => simulator.faults['garble']?.({}), link: 'stands' },
    truncate: { apply: ({ simulator }) => simulator.faults['truncate']?.({}), link: 'stands' },
    'byte-at-a-time': { apply: ({ simulator }) => simulator.faults['byte-at-a-time']?.({}), link: 'stands', harmless: true },
    reboot: { apply: ({ simulator }) => simulator.faults['reboot']?.({ seconds: 0.3 }), link: 'stands' },
    'clock-skew': { apply: ({ simulator }) => simulator.faults['clock-skew']?.({ seconds: 3600 }), link: 'stands', harmless: true },
  },

  async start() {
    process.env[KEY_VARIABLE] = KEY;
    const [port = 0] = await freePorts(1);
    const simulator = simulators.create('panel', { port, account: '4711', key: KEY, zones: ZONES, pollSeconds: 0, retrySeconds: 0.2 });
    await simulator.start();
    const zones = Array.from({ length: ZONES }, (_, index): ServedPoint => {
      return { id: `zone-${index + 1}`, type: 'zone', name: `Zone ${index + 1}`, parent: 'panel', at: { number: index + 1 } };
    });
    return {
      simulator,
      options: { port, clockPolicy: 'accept' },
      points: [{ id: 'panel', type: 'panel', name: 'Panel', at: { account: '4711', key: { env: KEY_VARIABLE } } }, ...zones],
      stimulate: (number) => simulator.stimuli['alarm']?.({ zone: number }),
      numbers: (signals) => signals.flatMap(({ kind, point }) => (kind === 'intrusion.alarm' ? [Number(point.replace('zone-', ''))] : [])),
      acknowledged: () => simulator.acknowledged,
    };
  },
} satisfies ConformanceDriver;

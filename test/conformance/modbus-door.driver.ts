import { ModbusDoorSimulator } from '../../simulators/modbus-door/index.ts';
import type { ConformanceDriver } from './driver.ts';

/** A controller with one door and a reader, whose badge events it keeps until they are acknowledged. */
export default {
  keeps: 'everything',
  readsStates: true,
  faults: {
    drop: { apply: ({ simulator }) => simulator.faults['drop']?.({}), link: 'ends' },
    stall: { apply: ({ simulator }) => simulator.faults['stall']?.({}), link: 'ends' },
    reset: { apply: ({ simulator }) => simulator.faults['reset']?.({}), link: 'ends' },
    garble: { apply: ({ simulator }) => simulator.faults['garble']?.({}), link: 'ends' },
    truncate: { apply: ({ simulator }) => simulator.faults['truncate']?.({}), link: 'ends' },
    'byte-at-a-time': { apply: ({ simulator }) => simulator.faults['byte-at-a-time']?.({}), link: 'stands', harmless: true },
    reboot: { apply: ({ simulator }) => simulator.faults['reboot']?.({ seconds: 0.3 }), link: 'ends' },
    'clock-skew': { apply: ({ simulator }) => simulator.faults['clock-skew']?.({ seconds: 3600 }), link: 'stands', harmless: true },
  },

  async start() {
    const simulator = new ModbusDoorSimulator('controller', { port: 0, doors: [{ forcedLogic: true }] });
    await simulator.start();
    return {
      simulator,
      options: { host: '127.0.0.1', port: simulator.port, pollMs: 20, timeoutMs: 500, clock: { inputRegister: 3 } },
      points: [
        { id: 'door', type: 'door', name: 'Door', at: { contact: { discreteInput: 0 }, lock: { discreteInput: 1 }, forced: { discreteInput: 3 } } },
        {
          id: 'reader',
          type: 'reader',
          name: 'Reader',
          parent: 'door',
          at: { counter: { inputRegister: 256 }, log: { inputRegister: 264 }, entries: 15, acknowledged: { holdingRegister: 2 } },
        },
      ],
      stimulate: (number) => simulator.stimuli['badge']?.({ door: 1, credential: number, valid: true }),
      numbers: (signals) => signals.flatMap(({ point, details }) => (point === 'reader' ? [Number(details?.['credential'])] : [])),
      acknowledged: () => simulator.controller.readers[0]?.acknowledged ?? 0,
    };
  },
} satisfies ConformanceDriver;

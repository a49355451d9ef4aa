import simulators from '../../simulators/webhook/index.ts';
import { freePorts } from '../support/free-ports.ts';
import type { Bench, ConformanceDriver, FaultName } from './driver.ts';

const TOKEN = 'a-token-of-the-tests';
const TOKEN_VARIABLE = 'CONFORMANCE_WEBHOOK_TOKEN';

/** The listener stands whatever a sender does. */
const fault = (name: FaultName) => ({ apply: ({ simulator }: Bench) => simulator.faults[name]?.({}), link: 'stands' as const });

/** A system that posts each event until it was answered with 200; stimulus n is a badge whose credential is n. */
export default {
  keeps: 'everything',
  callsUs: true,
  readsStates: { notApplicable: 'the sender calls and cannot be asked' },
  faults: {
    drop: fault('drop'),
    stall: fault('stall'),
    reset: fault('reset'),
    garble: fault('garble'),
    truncate: fault('truncate'),
    'byte-at-a-time': { ...fault('byte-at-a-time'), harmless: true },
    reboot: fault('reboot'),
    'clock-skew': { ...fault('clock-skew'), harmless: true },
  },

  async start() {
    process.env[TOKEN_VARIABLE] = TOKEN;
    const [port = 0] = await freePorts(1);
    const simulator = simulators.create('sender', { port, path: '/events', token: TOKEN, retrySeconds: 0.2 });
    await simulator.start();
    return {
      simulator,
      options: {
        port,
        path: '/events',
        token: { env: TOKEN_VARIABLE },
        mappings: [
          { when: 'payload.type == "granted"', event: 'access.granted', point: 'payload.door', details: { credential: 'payload.credential' } },
        ],
      },
      points: [{ id: 'door-a', type: 'door', name: 'Door A', at: { key: 'A' } }],
      stimulate: (number) => simulator.stimuli['badge']?.({ door: 'A', credential: number }),
      numbers: (signals) => signals.flatMap(({ kind, details }) => (kind === 'access.granted' ? [Number(details?.['credential'])] : [])),
      acknowledged: () => simulator.acknowledged,
    };
  },
} satisfies ConformanceDriver;

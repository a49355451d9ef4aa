import type { PointType } from '../../src/domain/point.ts';
import simulators from '../../simulators/mqtt/index.ts';
import type { Bench, ConformanceDriver, FaultName } from './driver.ts';

const PASSWORD = 'a password of the tests';
const PASSWORD_VARIABLE = 'CONFORMANCE_MQTT_PASSWORD';

const fault = (name: FaultName) => ({ apply: ({ simulator }: Bench) => simulator.faults[name]?.({}) });
const served = (type: PointType, id: string) => ({ id, type, name: id, at: {} });

/** A broker with door units, which keeps what was published while nobody was connected; stimulus n is a badge whose credential is n. */
export default {
  keeps: 'everything',
  readsStates: true,
  faults: {
    drop: { ...fault('drop'), link: 'ends' },
    stall: { ...fault('stall'), link: 'ends' },
    reset: { ...fault('reset'), link: 'ends' },
    garble: { ...fault('garble'), link: 'ends' },
    truncate: { ...fault('truncate'), link: 'ends' },
    'byte-at-a-time': { ...fault('byte-at-a-time'), link: 'stands', harmless: true },
    reboot: { ...fault('reboot'), link: 'ends' },
    'clock-skew': { ...fault('clock-skew'), link: 'stands', harmless: true },
  },

  async start() {
    process.env[PASSWORD_VARIABLE] = PASSWORD;
    const simulator = simulators.create('fleet', { port: 0, username: 'sallyport', password: PASSWORD, doors: ['door-a', 'door-b'] });
    await simulator.start();
    return {
      simulator,
      options: {
        host: '127.0.0.1',
        port: simulator.broker?.port,
        username: 'sallyport',
        password: { env: PASSWORD_VARIABLE },
        keepaliveSeconds: 1,
        mappings: [
          { topic: 'site/door/+/state', event: 'door.open', phase: 'payload.contact == "open"', point: 'wildcards[0]' },
          {
            topic: 'site/door/+/event',
            when: 'payload.type == "granted"',
            event: 'access.granted',
            point: 'wildcards[0]',
            details: { credential: 'payload.credential' },
            repeatKey: 'wildcards[0] + " " + string(payload.id)',
          },
        ],
      },
      points: [served('door', 'door-a'), served('door', 'door-b')],
      stimulate: (number) => simulator.stimuli['badge']?.({ door: 'door-a', credential: number }),
      numbers: (signals) => signals.flatMap(({ kind, details }) => (kind === 'access.granted' ? [Number(details?.['credential'])] : [])),
      acknowledged: () => simulator.broker?.acknowledged('site/door/+/event') ?? 0,
      connections: () => simulator.broker?.connections ?? 0,
    };
  },
} satisfies ConformanceDriver;

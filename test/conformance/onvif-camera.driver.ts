import { setTimeout as wait } from 'node:timers/promises';
import type { DeviceSignal } from '../../src/domain/event.ts';
import { createCamera } from '../../simulators/onvif-camera/index.ts';
import type { ConformanceDriver } from './driver.ts';

const PASSWORD_VARIABLE = 'CONFORMANCE_CAMERA_PASSWORD';
const PASSWORD = 'open sesame';
const SKEW_SECONDS = 3600;

/** A camera whose motion begins with odd stimuli and ends with even ones; which one it was shows by the camera's time. */
export default {
  keeps: 'latest',
  readsStates: true,
  faults: {
    drop: { apply: ({ simulator }) => simulator.faults['drop']?.({}), link: 'ends' },
    stall: { apply: ({ simulator }) => simulator.faults['stall']?.({}), link: 'ends' },
    reset: { apply: ({ simulator }) => simulator.faults['reset']?.({}), link: 'stands' },
    garble: { apply: ({ simulator }) => simulator.faults['garble']?.({}), link: 'either' },
    truncate: { apply: ({ simulator }) => simulator.faults['truncate']?.({}), link: 'either' },
    'byte-at-a-time': { apply: ({ simulator }) => simulator.faults['byte-at-a-time']?.({}), link: 'stands', harmless: true },
    reboot: { apply: ({ simulator }) => simulator.faults['reboot']?.({ seconds: 0.3 }), link: 'either' },
    // A clock that jumps ends the subscription, whose end is a time.
    'clock-skew': { apply: ({ simulator }) => simulator.faults['clock-skew']?.({ seconds: SKEW_SECONDS }), link: 'either' },
  },

  async start() {
    process.env[PASSWORD_VARIABLE] = PASSWORD;
    const simulator = createCamera('camera', { httpPort: 0, rtspPort: 0, username: 'sallyport', password: PASSWORD });
    await simulator.start();
    /** When each stimulus happened, by our clock. */
    const happened: { readonly from: number; readonly to: number }[] = [];
    const numberAt = (time: number) => happened.findIndex(({ from, to }) => time >= from && time <= to) + 1;
    const numberOf = ({ occurredAt = 0 }: DeviceSignal) => numberAt(occurredAt) || numberAt(occurredAt - SKEW_SECONDS * 1000);
    const motion = (signals: readonly DeviceSignal[]) => signals.filter(({ kind }) => kind === 'video.motion');
    return {
      simulator,
      options: {
        host: '127.0.0.1',
        port: simulator.httpPort,
        username: 'sallyport',
        password: { env: PASSWORD_VARIABLE },
        timeoutMs: 1000,
        pullSeconds: 1,
      },
      points: [{ id: 'camera', type: 'camera', name: 'Camera', at: {} }],
      async stimulate(number) {
        const from = Date.now();
        await simulator.stimuli['motion']?.({ active: number % 2 === 1 });
        happened.push({ from, to: Date.now() });
        // The next one gets a time of its own.
        await wait(3);
      },
      numbers: (signals) =>
        motion(signals)
          .filter(({ initial }) => initial !== true)
          .map(numberOf)
          .filter((number) => number > 0),
      shows: (signals, number) => motion(signals).at(-1)?.phase === (number % 2 === 1 ? 'raised' : 'restored'),
    };
  },
} satisfies ConformanceDriver;

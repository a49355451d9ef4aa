import type { Simulator, SimulatorDefinition, StimulusArguments } from '../simulator.ts';
import { Camera } from './camera.ts';
import { parseOptions } from './options.ts';

/** A simulated camera, with the ports that it got where its options left the choice to the system. */
export interface CameraSimulator extends Simulator {
  readonly httpPort: number;
  readonly rtspPort: number;
  /** How many clients fetch pictures at present. */
  readonly viewers: number;
  /** How many pull points stand. */
  readonly subscriptions: number;
}

/** @throws Error naming the option that is wrong. */
export function createCamera(id: string, options: unknown): CameraSimulator {
  const camera = new Camera(id, parseOptions(id, options));
  const { condition, subscriptions } = camera;
  return {
    id,
    get httpPort() {
      return camera.httpPort;
    },
    get rtspPort() {
      return camera.rtspPort;
    },
    get viewers() {
      return camera.sessions;
    },
    get subscriptions() {
      return subscriptions.size;
    },
    start: () => camera.start(),
    stop: () => camera.stop(),
    stimuli: {
      /** Something moves, without being seen in the drawing. */
      motion: (args) => subscriptions.set('motion', active(args)),
      /** The door opens, somebody walks through, and the camera's motion detection notices. */
      intruder: (args) => {
        camera.see({ intruder: active(args) });
        subscriptions.set('motion', active(args));
      },
      /** The lens is covered. */
      tamper: (args) => {
        camera.see({ covered: active(args) });
        subscriptions.set('sceneChange', active(args));
      },
      /** The sensor fails: no pictures. */
      'signal-loss': (args) => {
        camera.see({ signalLost: active(args) });
        subscriptions.set('signalLoss', active(args));
      },
    },
    faults: {
      drop: () => camera.fallSilent(),
      stall: () => {
        condition.stalled = true;
      },
      reset: () => camera.resetConnections(),
      garble: () => {
        condition.garbled = true;
      },
      'clock-skew': (args) => {
        condition.clockSkewMs = 1000 * numberOf(args, 'seconds', 3600);
      },
      'reject-auth': () => {
        condition.rejectsAuthentication = true;
      },
      'cut-reply': () => {
        condition.cutsReplies = true;
        subscriptions.wakeAll();
      },
      'subscription-lost': () => subscriptions.lose(),
      reboot: (args) => camera.reboot(numberOf(args, 'seconds', 2)),
      clear: () => camera.recover(),
    },
  };
}

/** A stimulus begins unless it says `active: false`. */
const active = (args: StimulusArguments): boolean => args['active'] !== false;

function numberOf(args: StimulusArguments, name: string, otherwise: number): number {
  const value = args[name] ?? otherwise;
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new Error(`${name} must be a number`);
  return value;
}

const definition: SimulatorDefinition = { create: createCamera };
export default definition;

import type { Simulator, SimulatorDefinition, Stimulus, StimulusArguments } from '../simulator.ts';
import { Camera } from './camera.ts';
import type { Certificate } from './certificate.ts';
import { parseOptions } from './options.ts';
import type { Axes } from './soap/ptz-unit.ts';
import type { Subscriptions } from './soap/subscriptions.ts';

/** A simulated camera, with the ports that it got where its options left the choice to the system. */
export interface CameraSimulator extends Simulator {
  readonly httpPort: number;
  readonly rtspPort: number;
  /** Its certificate, where it serves over HTTPS. */
  readonly certificate: Certificate | undefined;
  /** How many clients fetch pictures at present. */
  readonly viewers: number;
  /** How many pictures it has sent by RTSP since it was started, to all clients. */
  readonly pictures: number;
  /** How many subscriptions stand. */
  readonly subscriptions: number;
  /** Relay outputs by token, and whether each is active. */
  readonly relays: ReadonlyMap<string, boolean>;
  /** Where it looks: pan and tilt from -1 to 1, zoom from 0 to 1. */
  readonly position: Axes;
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
    certificate: camera.certificate,
    get viewers() {
      return camera.sessions;
    },
    get pictures() {
      return camera.pictures;
    },
    get subscriptions() {
      return subscriptions.size;
    },
    relays: camera.relays,
    get position() {
      return camera.ptz.status();
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
      ...analyticsStimuli(subscriptions),
      ...camera.controller?.stimuli,
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
      truncate: () => {
        condition.cutsReplies = true;
        subscriptions.wakeAll();
      },
      'byte-at-a-time': () => {
        condition.sendsSingleBytes = true;
      },
      /** So many `percent` of the RTP packets get lost. */
      'packet-loss': (args) => {
        condition.lostPercent = numberOf(args, 'percent', 5);
      },
      /** By UDP, packets of one picture overtake each other. */
      'packet-reorder': () => {
        condition.reordersDatagrams = true;
      },
      /** The RTP clock is set anew, by so many `seconds`, and back again in the end. */
      'rtp-clock-jump': (args) => {
        condition.rtpClockJumpMs = 1000 * numberOf(args, 'seconds', 3600);
      },
      /** Another size of picture, with other parameter sets, in the middle of the stream. */
      'parameter-sets': () => camera.encode({ smaller: true }),
      /** The stream has B-frames, which come after the picture that is shown after them. */
      'b-frames': () => camera.encode({ coding: 'b-frames' }),
      'subscription-lost': () => subscriptions.lose(),
      /** Subscriptions are renewed and nothing comes by them; `newToo`: nor by those that are made then. */
      'events-stop': (args) => subscriptions.fallMute(args['newToo'] === true),
      /** Nothing is recorded any more. */
      'recording-stops': () => camera.recordings.pause(),
      reboot: (args) => camera.reboot(numberOf(args, 'seconds', 2)),
      clear: () => {
        subscriptions.speak();
        return camera.recover();
      },
    },
  };
}

/** What a camera with `analytics` tells besides motion. @throws Error, when used, where the camera has none. */
function analyticsStimuli(subscriptions: Subscriptions): Readonly<Record<string, Stimulus>> {
  let objects = 0;
  const states = { field: 'field', loitering: 'loitering', 'tamper-rule': 'tamper', 'digital-input': 'input', 'storage-failure': 'storage' };
  return {
    ...Object.fromEntries(
      Object.entries(states).map(([stimulus, key]) => [stimulus, (args: StimulusArguments) => subscriptions.set(key, active(args))]),
    ),
    /** Something is recognised: `class` is Human if not said. */
    object: (args) => subscriptions.set('object', active(args) ? String(args['class'] ?? 'Human') : ''),
    'line-crossed': () => {
      objects += 1;
      subscriptions.tell('line', [['ObjectId', String(objects)]]);
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

import { z } from 'zod';
import type { Simulator, SimulatorDefinition, Stimulus, StimulusArguments } from '../simulator.ts';
import { Broker } from './broker.ts';
import type { LineFault } from './broker.ts';
import { Client } from './client.ts';
import type { Publication } from './codec.ts';
import { DoorUnit } from './door-unit.ts';
import { Frigate } from './frigate.ts';
import { quirks } from './quirks.ts';

const optionsSchema = z.strictObject({
  host: z.string().default('127.0.0.1'),
  /** With `mode: broker`, 0 takes a free one. */
  port: z.int().min(0).max(65_535),
  /** `broker`: the devices' own broker runs here as well. `client`: they publish at another. */
  mode: z.enum(['broker', 'client']).default('broker'),
  username: z.string().optional(),
  /** A secret. */
  password: z.string().optional(),
  /** Topic filters that the broker lets nobody subscribe to. */
  unreadable: z.array(z.string()).default([]),
  /** Door units publish `PREFIX/DOOR/state` and `PREFIX/DOOR/event`. */
  doors: z.array(z.string()).default([]),
  doorPrefix: z.string().default('site/door'),
  frigate: z
    .strictObject({ prefix: z.string().default('frigate'), cameras: z.array(z.string()), qos: z.union([z.literal(0), z.literal(1)]).default(1) })
    .optional(),
  quirks: quirks.option,
});
export type MqttFleetOptions = z.infer<typeof optionsSchema>;

const lineFaults = ['drop', 'stall', 'garble', 'truncate', 'byte-at-a-time', 'duplicate'] as const satisfies readonly LineFault[];

/** A small fleet of devices that publish by MQTT: door units and a Frigate NVR, with or without a broker of their own. */
export class MqttFleet implements Simulator {
  readonly id: string;
  readonly broker: Broker | undefined;
  readonly client: Client | undefined;
  readonly stimuli: Readonly<Record<string, Stimulus>>;
  readonly faults: Readonly<Record<string, Stimulus>>;
  readonly #doors: ReadonlyMap<string, DoorUnit>;
  readonly #frigate: Frigate | undefined;
  #skewMs = 0;

  constructor(id: string, options: MqttFleetOptions) {
    this.id = id;
    const { host, port, username, password, unreadable, doorPrefix, frigate } = options;
    const manners = quirks.read(options.quirks);
    const publish = (publication: Publication) => this.#messenger.publish(manners.qos === 0 ? { ...publication, qos: 0 } : publication);
    const now = () => Date.now() + this.#skewMs;
    this.#doors = new Map(options.doors.map((door) => [door, new DoorUnit(`${doorPrefix}/${door}`, publish, now, manners.states === 'retained')]));
    this.#frigate = frigate && new Frigate(frigate, publish, now);
    if (options.mode === 'broker')
      this.broker = new Broker({ host, port, username, password, unreadable, keepsSessions: manners.sessions === 'kept' });
    else this.client = new Client({ host, port, username, password, clientId: id, will: this.#frigate?.availability('offline') });
    this.stimuli = this.#stimuli();
    this.faults = this.#faults();
  }

  async start(): Promise<void> {
    await this.#messenger.start();
    this.#announce();
  }

  stop(): Promise<void> {
    return this.#messenger.stop();
  }

  get #messenger(): Broker | Client {
    const messenger = this.broker ?? this.client;
    if (messenger === undefined) throw new Error('neither broker nor client');
    return messenger;
  }

  #announce(): void {
    for (const door of this.#doors.values()) door.announce();
    this.#frigate?.announce();
  }

  #stimuli(): Record<string, Stimulus> {
    return {
      open: (args) => this.#door(args).set(true),
      close: (args) => this.#door(args).set(false),
      force: (args) => this.#door(args).force(),
      badge: (args) => this.#door(args).badge(text(args, 'credential'), args['granted'] !== false),
      motion: (args) => this.#nvr().motion(text(args, 'camera'), args['on'] !== false),
      person: (args) =>
        this.#nvr().appear(text(args, 'camera'), 'person', text(args, 'zone', ''), args['name'] === undefined ? undefined : text(args, 'name')),
      object: (args) => this.#nvr().appear(text(args, 'camera'), text(args, 'label'), text(args, 'zone', '')),
      leave: (args) => this.#nvr().leave(text(args, 'camera')),
      'frigate-stops': () => this.#messenger.publish(this.#nvr().availability('offline')),
      'frigate-starts': () => this.#nvr().announce(),
      publish: (args) =>
        this.#messenger.publish({
          topic: text(args, 'topic'),
          payload: Buffer.from(text(args, 'payload', '')),
          qos: args['qos'] === 0 ? 0 : 1,
          retain: args['retain'] === true,
        }),
    };
  }

  #faults(): Record<string, Stimulus> {
    const { broker } = this;
    const ownLine = (fault: LineFault) => () => {
      if (broker === undefined) throw new Error(`${fault} needs the broker to be the simulator's own`);
      broker.faults.add(fault);
      if (fault === 'drop') broker.hangUp();
    };
    return {
      ...Object.fromEntries(lineFaults.map((fault) => [fault, ownLine(fault)])),
      reset: () => broker?.hangUp('reset'),
      reboot: async () => {
        await this.#messenger.stop();
        await this.start();
      },
      'clock-skew': ({ seconds = 3600 }) => {
        this.#skewMs = Number(seconds) * 1000;
      },
      clear: () => {
        broker?.clearFaults();
        this.#skewMs = 0;
      },
    };
  }

  #door(args: StimulusArguments): DoorUnit {
    const door = this.#doors.get(text(args, 'door'));
    if (door === undefined) throw new Error(`there is no door "${text(args, 'door')}"; there are ${[...this.#doors.keys()].join(', ') || 'none'}`);
    return door;
  }

  #nvr(): Frigate {
    if (this.#frigate === undefined) throw new Error(`${this.id} has no Frigate: give it the option "frigate"`);
    return this.#frigate;
  }
}

function text(args: StimulusArguments, name: string, otherwise?: string): string {
  const value = args[name] ?? otherwise;
  if (value === undefined) throw new Error(`"${name}" is missing`);
  return String(value);
}

export default {
  create(id: string, options: unknown): MqttFleet {
    const parsed = optionsSchema.safeParse(options);
    if (!parsed.success) throw new Error(`simulator ${id}: ${z.prettifyError(parsed.error)}`);
    return new MqttFleet(id, parsed.data);
  },
} satisfies SimulatorDefinition;

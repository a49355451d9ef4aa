import { createHmac, randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import { z } from 'zod';
import type { Simulator, SimulatorDefinition, Stimulus, StimulusArguments } from '../simulator.ts';
import { exchange, postRequest } from './http.ts';
import type { Delivery } from './http.ts';
import { quirks } from './quirks.ts';
import type { Quirks } from './quirks.ts';

const optionsSchema = z.strictObject({
  host: z.string().default('127.0.0.1'),
  /** Of the listener that it posts to. */
  port: z.int().min(1).max(65_535),
  path: z.string().default('/'),
  /** A secret. */
  token: z.string().optional(),
  /** A secret: signs with HMAC-SHA256 over the time, a dot and the body, in x-hub-signature-256 and x-timestamp. */
  hmac: z.string().optional(),
  retrySeconds: z.number().positive().default(1),
  quirks: quirks.option,
});
export type SenderOptions = z.infer<typeof optionsSchema>;

type Fault = Exclude<Delivery, 'whole'> | 'drop' | 'garble' | 'duplicate' | 'wrong-token';
const faults = ['drop', 'stall', 'reset', 'garble', 'truncate', 'byte-at-a-time', 'duplicate', 'wrong-token'] as const satisfies readonly Fault[];
const deliveries = ['byte-at-a-time', 'truncate', 'stall', 'reset'] as const;

interface Report {
  readonly id: string;
  readonly content: Readonly<Record<string, string | number | boolean>>;
}

const TIMEOUT_MS = 5000;

/** An access control system that posts its events, one after the other, each until it was answered with 2xx. */
export class WebhookSender implements Simulator {
  readonly id: string;
  readonly stimuli: Readonly<Record<string, Stimulus>>;
  readonly faults: Readonly<Record<string, Stimulus>>;
  /** Reports that were answered with 2xx. */
  acknowledged = 0;
  lastStatus: number | undefined;
  readonly #options: SenderOptions;
  readonly #quirks: Quirks;
  readonly #active = new Set<Fault>();
  #queue: Report[] = [];
  #number = 0;
  #skewMs = 0;
  #running = false;
  #socket: Socket | undefined;
  #pause: { readonly timer: NodeJS.Timeout; readonly end: () => void } | undefined;
  #sending: Promise<void> = Promise.resolve();

  constructor(id: string, options: SenderOptions) {
    this.id = id;
    this.#options = options;
    this.#quirks = quirks.read(options.quirks);
    this.stimuli = {
      open: (args) => this.#add({ type: 'open', door: text(args, 'door') }),
      close: (args) => this.#add({ type: 'closed', door: text(args, 'door') }),
      force: (args) => this.#add({ type: 'forced', door: text(args, 'door') }),
      badge: (args) =>
        this.#add({ type: args['granted'] === false ? 'denied' : 'granted', door: text(args, 'door'), credential: text(args, 'credential') }),
      send: (args) => this.#add(args),
    };
    this.faults = {
      ...Object.fromEntries(faults.map((fault) => [fault, () => void this.#active.add(fault)])),
      reboot: async () => {
        await this.stop();
        await this.start();
      },
      'clock-skew': ({ seconds = 3600 }) => {
        this.#skewMs = Number(seconds) * 1000;
      },
      clear: () => {
        this.#active.clear();
        this.#skewMs = 0;
        this.#hurry();
      },
    };
  }

  /** Reports that wait for their answer. */
  get waiting(): number {
    return this.#queue.length;
  }

  start(): Promise<void> {
    this.#running = true;
    this.#kick();
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    this.#running = false;
    this.#hurry();
    this.#socket?.destroy();
    await this.#sending;
  }

  #add(content: Report['content']): void {
    this.#number += 1;
    this.#queue.push({ id: randomUUID(), content: { id: this.#number, time: this.#time(), ...content } });
    if (this.#queue.length === 1) this.#kick();
  }

  #kick(): void {
    this.#sending = this.#sending.then(() => this.#send());
  }

  async #send(): Promise<void> {
    for (let head = this.#queue[0]; head !== undefined && this.#running; head = this.#queue[0]) {
      this.lastStatus = await this.#post(head);
      if (this.#active.has('duplicate')) this.lastStatus = await this.#post(head);
      if (this.lastStatus !== undefined && this.lastStatus >= 200 && this.lastStatus < 300) {
        this.#queue.shift();
        this.acknowledged += 1;
      } else await this.#wait();
    }
  }

  async #post({ id, content }: Report): Promise<number | undefined> {
    if (this.#active.has('drop')) return undefined;
    const { token, hmac } = this.#options;
    const body = Buffer.from(JSON.stringify(content));
    const sentAt = String(Math.floor((Date.now() + this.#skewMs) / 1000));
    const headers = {
      'Content-Type': this.#quirks.contentType,
      ...(this.#quirks.repeats === 'marked' && { 'Idempotency-Key': id }),
      ...(token !== undefined && { Authorization: `Bearer ${this.#active.has('wrong-token') ? 'x' : ''}${token}` }),
      ...(hmac !== undefined && {
        'X-Timestamp': sentAt,
        'X-Hub-Signature-256': `sha256=${createHmac('sha256', hmac).update(`${sentAt}.`).update(body).digest('hex')}`,
      }),
    };
    // The opening brace becomes something else: no signature fits any more, and it is no JSON either.
    if (this.#active.has('garble')) body.writeUInt8(body.readUInt8(0) ^ 0x40, 0);
    const delivery = deliveries.find((each) => this.#active.has(each)) ?? 'whole';
    return exchange(this.#options, postRequest(this.#options, headers, body, this.#quirks.body === 'chunked'), delivery, TIMEOUT_MS, (socket) => {
      this.#socket = socket;
    });
  }

  #time(): number {
    const ms = Date.now() + this.#skewMs;
    return this.#quirks.time === 'milliseconds' ? ms : Math.floor(ms / 1000);
  }

  #wait(): Promise<void> {
    if (!this.#running) return Promise.resolve();
    return new Promise((resolve) => {
      const end = () => {
        this.#pause = undefined;
        resolve();
      };
      this.#pause = { timer: setTimeout(end, this.#options.retrySeconds * 1000), end };
    });
  }

  /** Tries again now rather than later. */
  #hurry(): void {
    this.#socket?.destroy();
    if (this.#pause === undefined) return;
    clearTimeout(this.#pause.timer);
    this.#pause.end();
  }
}

function text(args: StimulusArguments, name: string): string {
  const value = args[name];
  if (value === undefined) throw new Error(`"${name}" is missing`);
  return String(value);
}

export default {
  create(id: string, options: unknown): WebhookSender {
    const parsed = optionsSchema.safeParse(options);
    if (!parsed.success) throw new Error(`simulator ${id}: ${z.prettifyError(parsed.error)}`);
    return new WebhookSender(id, parsed.data);
  },
} satisfies SimulatorDefinition;

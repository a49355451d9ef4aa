import { z } from 'zod';
import type { Simulator, SimulatorDefinition, Stimulus, StimulusArguments } from '../simulator.ts';
import { wordings } from './codes.ts';
import type { Wording } from './codes.ts';
import { buildFrame, keyBytes, readAnswer } from './dc09.ts';
import type { Answer, Report } from './dc09.ts';
import { openLine } from './line.ts';
import type { Line } from './line.ts';
import { buildPlainReport } from './plain.ts';
import { quirks } from './quirks.ts';
import type { Quirks } from './quirks.ts';

const optionsSchema = z.strictObject({
  host: z.string().default('127.0.0.1'),
  port: z.int().min(1).max(65_535),
  account: z.string().regex(/^[0-9A-Za-z]{3,16}$/),
  /** Secret. Without it the panel reports in clear. */
  key: z.string().optional(),
  protocol: z.enum(['sia-dcs', 'adm-cid', 'plain-contact-id']).default('sia-dcs'),
  /** Of plain Contact ID: the check digit of DC-05, or the four digits of Climax panels. */
  check: z.enum(['digit', 'fletcher']).default('digit'),
  transport: z.enum(['tcp', 'udp']).default('tcp'),
  /** How many zones the panel has, numbered from 1. */
  zones: z.int().min(1).max(999).default(8),
  /** How often it polls while it has nothing to say; 0 for never. */
  pollSeconds: z.number().min(0).default(30),
  /** How long it waits for an answer before it repeats. */
  retrySeconds: z.number().positive().default(5),
  quirks: quirks.option,
});
type Options = z.infer<typeof optionsSchema>;

/** Faults that last until `clear`. */
type Fault = 'drop' | 'stall' | 'garble' | 'truncate' | 'wrong-key' | 'duplicate' | 'byte-at-a-time';

/**
 * An alarm panel that dials in to a receiver by SIA DC-09, or by Contact ID over plain TCP. It sends one report at a time, repeats it (same sequence, new
 * time stamp) until an answer with the right CRC, sequence and key acknowledges it, and keeps the others in its queue.
 */
export class SiaPanel implements Simulator {
  readonly id: string;
  /** Frames sent, repeats included, polls not. */
  sent = 0;
  /** Reports that the receiver has acknowledged. */
  acknowledged = 0;
  /** Polls that the receiver has acknowledged. */
  pollsAcknowledged = 0;
  /** The latest answer, whatever it was. */
  lastAnswer: Answer | undefined;

  readonly #options: Options;
  readonly #key: Buffer | undefined;
  readonly #quirks: Quirks;
  readonly #faults = new Set<Fault>();
  readonly #queue: Report[] = [];
  readonly #lastAlarm = new Map<number, Wording>();
  #sequence = 0;
  #skewMs = 0;
  #line: Line | undefined;
  #retry: NodeJS.Timeout | undefined;
  #poll: NodeJS.Timeout | undefined;
  #restart: NodeJS.Timeout | undefined;
  readonly #bornAt = Date.now();

  constructor(id: string, options: Options) {
    this.id = id;
    this.#options = options;
    this.#quirks = quirks.read(options.quirks);
    this.#key = options.key === undefined ? undefined : keyBytes(options.key);
  }

  /** Reports that still wait for their acknowledgement. */
  get waiting(): number {
    return this.#queue.filter(({ token }) => token !== 'NULL').length;
  }

  start(): Promise<void> {
    clearTimeout(this.#restart);
    this.#restart = undefined;
    const { pollSeconds } = this.#options;
    this.#line = openLine({ ...this.#options, answerEnd: this.#isPlain ? '\x06' : '\r' }, (answer) => this.#answered(answer));
    if (pollSeconds > 0) {
      this.#poll = setInterval(() => this.#pollNow(), pollSeconds * 1000);
      this.#pollNow();
    }
    this.#sendHead();
    return Promise.resolve();
  }

  stop(): Promise<void> {
    clearTimeout(this.#restart);
    clearInterval(this.#poll);
    clearTimeout(this.#retry);
    this.#line?.hangUp();
    this.#line = undefined;
    return Promise.resolve();
  }

  readonly stimuli: Readonly<Record<string, Stimulus>> = {
    alarm: (args) => this.#alarm(this.#zone(args), wordings.burglary, wordings.burglaryRestored),
    panic: (args) => {
      const zone = args.zone === undefined ? 0 : this.#zone(args);
      this.#alarm(zone, wordings.panic, wordings.panicRestored);
    },
    tamper: (args) => this.#alarm(this.#zone(args), wordings.tamper, wordings.tamperRestored),
    restore: (args) => {
      const zone = args.zone === undefined ? 0 : this.#zone(args);
      this.#say(this.#lastAlarm.get(zone) ?? wordings.burglaryRestored, zone);
    },
    arm: (args) => this.#say(wordings.armed, numberOf(args, 'user', 1)),
    disarm: (args) => this.#say(wordings.disarmed, numberOf(args, 'user', 1)),
    test: () => this.#say(wordings.test, 0),
    'power-fail': () => this.#say(wordings.powerFailed, 0),
    'power-restore': () => this.#say(wordings.powerRestored, 0),
  };

  readonly faults: Readonly<Record<string, Stimulus>> = {
    drop: () => {
      this.#faults.add('drop');
      this.#line?.hangUp();
    },
    stall: () => void this.#faults.add('stall'),
    reset: () => this.#line?.reset(),
    truncate: () => void this.#faults.add('truncate'),
    garble: () => void this.#faults.add('garble'),
    'wrong-key': () => void this.#faults.add('wrong-key'),
    duplicate: () => void this.#faults.add('duplicate'),
    'byte-at-a-time': () => void this.#faults.add('byte-at-a-time'),
    'clock-skew': (args) => {
      this.#skewMs = numberOf(args, 'seconds', 3600) * 1000;
    },
    /** Power is gone for so long; reports wait in memory that outlasts that. */
    reboot: async ({ seconds = 1 }) => {
      await this.stop();
      this.#restart = setTimeout(() => void this.start(), Number(seconds) * 1000);
    },
    clear: async () => {
      // Half a frame may be on a stalled connection: dial anew.
      if (this.#faults.has('stall')) this.#line?.hangUp();
      this.#faults.clear();
      this.#skewMs = 0;
      if (this.#restart === undefined) this.#sendHead();
      else await this.start();
    },
  };

  #alarm(zone: number, raised: Wording, restored: Wording): void {
    this.#lastAlarm.set(zone, restored);
    this.#say(raised, zone);
  }

  #say(wording: Wording, number: number): void {
    this.#sequence = (this.#sequence % 9999) + 1;
    const contactId = this.#options.protocol !== 'sia-dcs';
    this.#enqueue({
      token: contactId ? 'ADM-CID' : 'SIA-DCS',
      sequence: String(this.#sequence).padStart(4, '0'),
      content: contactId ? wording.contactId(number) : wording.sia(number),
      occurredAt: this.#now(),
    });
  }

  /** 5.5.2: a poll is needless while something else waits to be sent. */
  #pollNow(): void {
    if (this.#queue.length > 0) return;
    // Plain Contact ID knows no poll: the periodic test report stands in for it.
    if (this.#isPlain) this.#say(wordings.test, 0);
    else this.#enqueue({ token: 'NULL', sequence: '0000', content: '' });
  }

  get #isPlain(): boolean {
    return this.#options.protocol === 'plain-contact-id';
  }

  #enqueue(report: Report): void {
    this.#queue.push(report);
    if (this.#queue.length === 1) this.#sendHead();
  }

  #sendHead(): void {
    clearTimeout(this.#retry);
    const head = this.#queue[0];
    if (head === undefined || this.#line === undefined) return;
    this.#retry = setTimeout(() => this.#sendHead(), this.#options.retrySeconds * 1000);
    if (this.#faults.has('drop')) return;
    if (head.token !== 'NULL') this.sent += 1;
    const { account, check } = this.#options;
    const frame = this.#isPlain
      ? buildPlainReport(account, head.content, check)
      : buildFrame(head, { account, receiver: '1', line: '1' }, this.#now(), this.#sendingKey(), this.#quirks);
    this.#line.send(this.#spoilt(frame), this.#faults.has('truncate'));
  }

  /** The frame as the faults in force let it out. */
  #spoilt(frame: Buffer): Buffer[] {
    if (this.#faults.has('stall') || this.#faults.has('truncate')) return [frame.subarray(0, frame.length >> 1)];
    const altered = Buffer.from(frame);
    // A flipped bit in the middle, away from LF and CR, so that only the CRC can tell.
    if (this.#faults.has('garble')) altered.writeUInt8(altered.readUInt8(frame.length >> 1) ^ 0x40, frame.length >> 1);
    const out = this.#faults.has('duplicate') ? Buffer.concat([altered, altered]) : altered;
    return this.#faults.has('byte-at-a-time') ? [...out].map((byte) => Buffer.from([byte])) : [out];
  }

  #sendingKey(): Buffer | undefined {
    return this.#key !== undefined && this.#faults.has('wrong-key') ? Buffer.alloc(this.#key.length, 'another key') : this.#key;
  }

  #answered(bytes: Buffer): void {
    const head = this.#queue[0];
    this.lastAnswer = this.#isPlain ? { type: 'ACK', sequence: head?.sequence ?? '' } : readAnswer(bytes, this.#key);
    // NAK, DUH and what is invalid leave the report where it is: it is sent again when its time has come.
    if (this.lastAnswer.type !== 'ACK' || head === undefined || this.lastAnswer.sequence !== head.sequence) return;
    if (head.token === 'NULL') this.pollsAcknowledged += 1;
    else this.acknowledged += 1;
    this.#queue.shift();
    clearTimeout(this.#retry);
    // A bare ACK does not say what it answers: each report has a connection of its own.
    if (this.#isPlain) this.#line?.hangUp();
    this.#sendHead();
  }

  #now(): Date {
    const begun = this.#quirks.clock === 'from-2000' ? Date.UTC(2000, 0, 1) - this.#bornAt : 0;
    return new Date(Date.now() + begun + this.#skewMs);
  }

  #zone(args: StimulusArguments): number {
    const zone = numberOf(args, 'zone');
    if (zone < 1 || zone > this.#options.zones) throw new Error(`panel ${this.id} has zones 1 to ${this.#options.zones}, not ${zone}`);
    return zone;
  }
}

function numberOf(args: StimulusArguments, name: string, otherwise?: number): number {
  const value = args[name] ?? otherwise;
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new Error(`"${name}" must be a number`);
  return value;
}

export default {
  create(id: string, options: unknown): SiaPanel {
    const parsed = optionsSchema.safeParse(options);
    if (!parsed.success) throw new Error(`simulator ${id}: ${z.prettifyError(parsed.error)}`);
    return new SiaPanel(id, parsed.data);
  },
} satisfies SimulatorDefinition;

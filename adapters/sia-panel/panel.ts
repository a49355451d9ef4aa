import type { AdapterHost } from '../../src/adapter/contract.ts';
import type { EpochMs } from '../../src/domain/clock.ts';
import type { DeviceSignal } from '../../src/domain/event.ts';
import type { AesKey } from './cipher.ts';
import { RepeatKeys } from './repeat-keys.ts';
import { clockOffset, panelSignals, writtenAt } from './signals.ts';
import type { MappedSignal, Message, PanelPoints } from './signals.ts';

export interface PanelSettings extends PanelPoints {
  readonly account: string;
  readonly key?: AesKey;
  readonly requireEncryption: boolean;
  readonly clockPolicy: 'reject' | 'accept';
  readonly window: { readonly aheadSeconds: number; readonly behindSeconds: number };
  readonly supervisionSeconds?: number;
}

type State = 'right' | 'wrong';

const reportAgainMs = 1000;
const complaintEveryMs = 60_000;

/** What is known of one panel while the receiver runs: its clock, its supervision and the troubles that stand. */
export class Panel {
  readonly settings: PanelSettings;
  readonly #host: AdapterHost;
  readonly #repeatKeys: RepeatKeys;
  /** Undefined until the panel is first heard: the state from before a restart may still stand in the journal. */
  #clock: State | undefined;
  /** When the latest message with the right time came. */
  #rightAt: EpochMs = -Infinity;
  /** When the panel's clock was wrong last, as far as it was seen, and by how much. */
  #wrongClock: { readonly from: EpochMs; readonly to: EpochMs; readonly offsetMs: number } | undefined;
  #presence: State | undefined;
  /** When its latest message came, or the wait for the first began. */
  #heardAt: EpochMs = 0;
  /** `kind@point` of states that a general "restoral" would end as well. */
  readonly #standing = new Set<string>();
  #turn: Promise<unknown> = Promise.resolve();
  #cancelTimer: () => void = () => undefined;
  #complainedAt = -Infinity;
  #stopped = false;

  constructor(settings: PanelSettings, host: AdapterHost) {
    this.settings = settings;
    this.#host = host;
    this.#repeatKeys = new RepeatKeys(host.clock);
  }

  /**
   * Runs the jobs of one panel one after the other, so that its events keep their order over all its connections.
   * A job that has reported everything and waits only for the journal may call `handOn`: the next reports behind it, and shares its commit.
   */
  inTurn<T>(job: (handOn: () => void) => Promise<T>): Promise<T> {
    const before = this.#turn;
    return new Promise((resolve, reject) => {
      this.#turn = new Promise((handOn) => {
        void before
          .then(() => job(() => handOn(undefined)))
          .then(resolve, reject)
          .finally(() => handOn(undefined));
      });
    });
  }

  /** Starts to wait for the panel's next message (5.5.2: any message counts as a poll). */
  supervise(): void {
    const { supervisionSeconds } = this.settings;
    if (supervisionSeconds === undefined) return;
    this.#heardAt = this.#host.clock.now();
    this.#wait(supervisionSeconds * 1000);
  }

  /** Ends supervision; a message that is still under way does not start it again. */
  stop(): void {
    this.#stopped = true;
    this.#cancelTimer();
  }

  /**
   * Whether the message's time is one to accept, after reporting the panel's clock where that changed.
   * Only an encrypted message is refused (5.5.3.2): in clear anybody can write the stamp, so it protects nothing, and the alarm would be lost.
   * @throws when the journal cannot take the report.
   */
  async timeIsAcceptable(message: Message): Promise<boolean> {
    const { clockPolicy } = this.settings;
    if (message.body.stamp === undefined) return true;
    const offset = clockOffset(message);
    const right = offset !== undefined && this.#inWindow(offset);
    await this.#tellClock(right ? 'right' : 'wrong', offset);
    this.#noteClock(right, offset, message.arrivedAt);
    return right || clockPolicy === 'accept' || !message.frame.encrypted;
  }

  /**
   * Takes the panel's message: restarts supervision and reports everything in it. `handOn`: as `inTurn` gives it.
   * @throws when the journal cannot take a report; the panel must then not be acknowledged.
   */
  async take(message: Message, handOn: () => void): Promise<void> {
    this.supervise();
    await this.#tellPresence('right');
    const signals = panelSignals(this.#asWritten(message), this.settings, this.#repeatKeys);
    if (signals.some((each) => this.#changesWhatStands(each))) return this.#takeOneByOne(signals);
    const committed = Promise.all(signals.map(({ signal }) => this.#host.report(signal)));
    handOn();
    await committed;
  }

  #noteClock(right: boolean, offsetMs: number | undefined, arrivedAt: EpochMs): void {
    const wrong = this.#wrongClock;
    if (!right && offsetMs !== undefined) this.#wrongClock = { from: this.#rightAt, to: arrivedAt, offsetMs };
    // It was wrong until now.
    if (right && wrong !== undefined && wrong.from === this.#rightAt) this.#wrongClock = { ...wrong, to: arrivedAt };
    if (right) this.#rightAt = arrivedAt;
  }

  /** What had to wait until the panel's clock was set tells by the old clock when it happened. */
  #asWritten(message: Message): Message {
    const [at, wrong] = [writtenAt(message), this.#wrongClock];
    if (at === undefined || wrong === undefined || this.#clock !== 'right') return message;
    const happenedAt = at - wrong.offsetMs;
    return happenedAt >= wrong.from && happenedAt <= wrong.to ? { ...message, writtenOffsetMs: wrong.offsetMs } : message;
  }

  /** What is known to stand follows the journal, so that the repeat of a message that could not be journalled means the same as the first. */
  async #takeOneByOne(signals: readonly MappedSignal[]): Promise<void> {
    for (const { signal, alsoRestores } of signals) {
      await this.#host.report(signal);
      if (alsoRestores !== undefined && this.#standing.has(`${alsoRestores}@${signal.point}`)) {
        const also = { ...signal, kind: alsoRestores, ...(signal.repeatKey && { repeatKey: `${signal.repeatKey}/${alsoRestores}` }) };
        await this.#host.report(also);
        this.#note(also);
      }
      this.#note(signal);
    }
  }

  /** Makes visible that the panel sends what cannot be used; at most once a minute. */
  async complain(words: string, raw: string): Promise<void> {
    const now = this.#host.clock.monotonicMs();
    if (now - this.#complainedAt < complaintEveryMs) return;
    await this.#host.report(this.#own({ kind: 'device.malformed', phase: 'momentary', details: { words }, raw }));
    this.#complainedAt = now;
  }

  #inWindow(offsetMs: number): boolean {
    const { aheadSeconds, behindSeconds } = this.settings.window;
    return offsetMs <= aheadSeconds * 1000 && offsetMs >= -behindSeconds * 1000;
  }

  async #tellClock(state: State, offsetMs: number | undefined): Promise<void> {
    if (this.#clock === state) return;
    const first = this.#clock === undefined;
    const details = offsetMs === undefined ? { words: 'the time stamp is no time' } : { offsetMs };
    await this.#host.report(
      this.#own({
        kind: 'device.clock',
        phase: state === 'wrong' ? 'raised' : 'restored',
        ...(first && state === 'right' && { initial: true }),
        details,
      }),
    );
    this.#clock = state;
  }

  async #tellPresence(state: State): Promise<void> {
    const { supervisionSeconds } = this.settings;
    if (supervisionSeconds === undefined || this.#presence === state) return;
    const first = this.#presence === undefined;
    await this.#host.report(
      this.#own({
        kind: 'device.offline',
        phase: state === 'wrong' ? 'raised' : 'restored',
        ...(first && state === 'right' && { initial: true }),
        details: { supervisionSeconds, ...(state === 'wrong' && { offlineFrom: new Date(this.#heardAt).toISOString() }) },
      }),
    );
    this.#presence = state;
  }

  #wait(delayMs: number): void {
    this.#cancelTimer();
    if (this.#stopped) return;
    const cancel = this.#host.clock.after(delayMs, () => {
      // A message that arrived meanwhile has set another timer: then the panel is not silent.
      const silent = () => this.#cancelTimer === cancel && !this.#stopped;
      this.inTurn(async () => {
        if (silent()) await this.#tellPresence('wrong');
      }).catch(() => {
        if (silent()) this.#wait(reportAgainMs);
      });
    });
    this.#cancelTimer = cancel;
  }

  #changesWhatStands({ signal, alsoRestores }: MappedSignal): boolean {
    return isNoted(signal) || (alsoRestores !== undefined && this.#standing.has(`${alsoRestores}@${signal.point}`));
  }

  #note({ kind, point, phase }: DeviceSignal): void {
    if (!isNoted({ kind })) return;
    if (phase === 'raised') this.#standing.add(`${kind}@${point}`);
    else this.#standing.delete(`${kind}@${point}`);
  }

  #own(signal: Omit<DeviceSignal, 'point'>): DeviceSignal {
    return { ...signal, point: this.settings.point, details: { account: this.settings.account, ...signal.details } };
  }
}

function isNoted({ kind }: Pick<DeviceSignal, 'kind'>): boolean {
  return kind === 'zone.trouble' || kind === 'door.held';
}

/** `blocked`: the browser plays nothing until the dispatcher has clicked or pressed a key on this page. */
export type SoundState = 'on' | 'muted' | 'blocked';

const STORED_AS = 'sallyport.sound';
// Two falling tones, well apart from telephones; critical incidents get them twice.
const TONES_HZ = [880, 660] as const;
const TONE_S = 0.18;

/** The tone for new critical and high incidents, which the dispatcher can mute. */
export class AlarmSound {
  readonly #listeners = new Set<() => void>();
  #context: AudioContext | undefined;
  #muted = localStorage.getItem(STORED_AS) === 'muted';
  #state: SoundState;

  constructor() {
    this.#state = this.#muted ? 'muted' : 'blocked';
    const wake = () => this.#wake();
    addEventListener('pointerdown', wake);
    addEventListener('keydown', wake);
    if (navigator.userActivation.hasBeenActive) wake();
  }

  state = (): SoundState => this.#state;

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  toggle = (): void => {
    this.#muted = this.#state === 'on';
    localStorage.setItem(STORED_AS, this.#muted ? 'muted' : 'on');
    this.#wake();
    this.#refresh();
  };

  play(times: number): void {
    const context = this.#context;
    if (context === undefined || this.#state !== 'on') return;
    const gain = new GainNode(context, { gain: 0 });
    gain.connect(context.destination);
    for (let tone = 0; tone < times * TONES_HZ.length; tone += 1) {
      const start = context.currentTime + tone * (TONE_S + 0.04);
      const oscillator = new OscillatorNode(context, { type: 'triangle', frequency: TONES_HZ[tone % TONES_HZ.length] ?? TONES_HZ[0] });
      oscillator.connect(gain);
      // Ramps instead of steps, which would click.
      gain.gain.setTargetAtTime(0.35, start, 0.012);
      gain.gain.setTargetAtTime(0, start + TONE_S - 0.03, 0.012);
      oscillator.start(start);
      oscillator.stop(start + TONE_S + 0.04);
    }
  }

  #wake(): void {
    this.#context ??= new AudioContext();
    void this.#context.resume().then(() => this.#refresh());
  }

  #refresh(): void {
    const state = this.#muted ? 'muted' : this.#context?.state === 'running' ? 'on' : 'blocked';
    if (state === this.#state) return;
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}

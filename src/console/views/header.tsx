import { useDesk, useParts, useSecond, useSound } from '../desk-context.ts';
import type { SoundState } from '../sound.ts';
import { signOut } from '../session.ts';
import { clockTime, day } from '../time.ts';
import { Logo } from './logo.tsx';
import { ThreatButton } from './threat-button.tsx';

const soundWords: Readonly<Record<SoundState, { readonly sign: string; readonly text: string; readonly title: string }>> = {
  on: { sign: '♪', text: 'Sound on', title: 'Mute the alarm sound (M)' },
  muted: { sign: '⊘', text: 'Muted', title: 'Unmute the alarm sound (M)' },
  blocked: { sign: '!', text: 'Sound waits', title: 'The browser allows sound once you have pressed a key or clicked: press M' },
};

interface HeaderProps {
  readonly onAlarms: () => void;
  readonly onFigures: () => void;
  readonly onHelp: () => void;
  readonly onThreats: () => void;
  readonly onSignedOut: () => void;
  /** Opens the integrator's page; absent for who is none. */
  readonly onSite: (() => void) | undefined;
}

/** Who and where, what time it is, and whether the desk will be heard. */
export function Header({ onAlarms, onFigures, onHelp, onThreats, onSignedOut, onSite }: HeaderProps) {
  const { model, sound } = useParts();
  const { view } = useDesk();
  const state = useSound();
  const measures = view.alarms?.measures.length ?? 0;
  const leave = async () => {
    await signOut();
    model.connection.close();
    onSignedOut();
  };
  return (
    <header className="header">
      <Logo />
      <strong className="product">Sallyport</strong>
      <span className="site">{view.hello?.site.name}</span>
      <ThreatButton onOpen={onThreats} />
      <Clock />
      <button
        type="button"
        className={`sound ${state}`}
        data-testid="sound"
        aria-pressed={state !== 'muted'}
        title={soundWords[state].title}
        onClick={sound.toggle}
      >
        <span aria-hidden="true">{soundWords[state].sign}</span> {soundWords[state].text} <kbd>M</kbd>
      </button>
      <button
        type="button"
        className={measures > 0 ? 'measured' : ''}
        data-testid="alarms"
        title="Shelved, out of service, on test"
        onClick={onAlarms}
      >
        {measures > 0 ? `◐ ${measures} shelved or on test` : 'Shelved'} <kbd>Q</kbd>
      </button>
      <button type="button" data-testid="figures" onClick={onFigures}>
        Figures <kbd>F</kbd>
      </button>
      {onSite !== undefined && (
        <button type="button" data-testid="site" onClick={onSite}>
          Site <kbd>,</kbd>
        </button>
      )}
      <button type="button" data-testid="help" onClick={onHelp}>
        Keys <kbd>?</kbd>
      </button>
      <span className="user">{view.hello?.user.name}</span>
      <button type="button" data-testid="sign-out" onClick={() => void leave()}>
        Sign out
      </button>
    </header>
  );
}

function Clock() {
  const now = useSecond();
  return (
    <span className="clock">
      <span className="quiet">{day(now)}</span> <time data-testid="clock">{clockTime(now)}</time>
    </span>
  );
}

import { useState } from 'react';
import type { KeyboardEvent, SubmitEvent } from 'react';
import { signIn } from '../session.ts';
import { Logo } from './logo.tsx';

interface SignInProps {
  readonly notice: string | undefined;
  readonly onSignedIn: () => void;
}

/** The page before the desk. */
export function SignIn({ notice, onSignedIn }: SignInProps) {
  const [error, setError] = useState(notice);
  const [capsLock, setCapsLock] = useState(false);
  const [busy, setBusy] = useState(false);

  const submit = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const fields = new FormData(form);
    setBusy(true);
    const refusal = await signIn(textOf(fields, 'name'), textOf(fields, 'password'));
    setBusy(false);
    if (refusal === undefined) {
      onSignedIn();
      return;
    }
    setError(refusal);
    form.querySelector<HTMLInputElement>('[name=password]')?.select();
  };
  const watchCapsLock = (event: KeyboardEvent) => setCapsLock(event.getModifierState('CapsLock'));

  return (
    <main className="sign-in">
      <form onSubmit={(event) => void submit(event)} onKeyUp={watchCapsLock} onKeyDown={watchCapsLock} aria-labelledby="product">
        <Logo />
        <h1 id="product">Sallyport</h1>
        <p className="quiet">Dispatcher&rsquo;s console</p>
        <label htmlFor="name">Name</label>
        <input id="name" name="name" data-testid="sign-in-name" autoComplete="username" autoFocus required spellCheck={false} autoCapitalize="none" />
        <label htmlFor="password">Password</label>
        <input
          id="password"
          name="password"
          type="password"
          data-testid="sign-in-password"
          autoComplete="current-password"
          required
          aria-describedby="caps-lock"
        />
        <p id="caps-lock" className="hint" aria-live="polite">
          {capsLock ? '⇪ Caps Lock is on' : ''}
        </p>
        <button type="submit" className="primary" data-testid="sign-in-submit" disabled={busy}>
          {busy ? 'Signing in …' : 'Sign in'}
        </button>
        <p className="error" role="alert" data-testid="sign-in-error">
          {error}
        </p>
      </form>
    </main>
  );
}

function textOf(fields: FormData, name: string): string {
  const value = fields.get(name);
  return typeof value === 'string' ? value : '';
}

import { useEffect, useState } from 'react';
import { systemClock } from '../domain/clock.ts';
import { DeskConnection } from './desk-connection.ts';
import type { SessionState } from './desk-connection.ts';
import type { DeskParts } from './desk-context.ts';
import { DeskContext, useSnapshotOf } from './desk-context.ts';
import { DeskModel } from './desk-model.ts';
import type { DeskSnapshot } from './desk-model.ts';
import { isTyping } from './keys.ts';
import { sessionState } from './session.ts';
import { openDeskSocket } from './socket.ts';
import type { AlarmSound } from './sound.ts';
import { Ticker } from './ticker.ts';
import { LivePlayers } from './video/live-players.ts';
import { StandBy } from './video/stand-by.ts';
import { keepTickets } from './video/tickets.ts';
import { Desk } from './views/desk.tsx';
import { Integrator } from './views/integrator/integrator.tsx';
import { SignIn } from './views/sign-in.tsx';

const noticeOf: Readonly<Record<SessionState, string | undefined>> = {
  valid: undefined,
  'signed-out': undefined,
  unreachable: 'The gateway does not answer. Check the network and try again.',
};

/** The console: the sign-in page, or the desk. */
export function App({ session, sound }: { readonly session: SessionState; readonly sound: AlarmSound }) {
  const [parts, setParts] = useState(() => (session === 'valid' ? openDesk(sound) : undefined));
  const signedIn = () => setParts(openDesk(sound));
  if (parts === undefined) return <SignIn notice={noticeOf[session]} onSignedIn={signedIn} />;
  return <SignedIn parts={parts} onSignedIn={signedIn} onSignedOut={() => setParts(undefined)} />;
}

interface SignedInProps {
  readonly parts: DeskParts;
  readonly onSignedIn: () => void;
  readonly onSignedOut: () => void;
}

function SignedIn({ parts, onSignedIn, onSignedOut }: SignedInProps) {
  const { link, view } = useSnapshotOf(parts.model);
  const [atSite, setAtSite] = useState(false);
  const integrator = view.hello?.user.role === 'integrator';
  useEffect(() => {
    // When the network is back there is no reason to wait for the next attempt.
    const { connection } = parts.model;
    const tryNow = () => {
      if (connection.link.state === 'lost') connection.connect();
    };
    addEventListener('online', tryNow);
    return () => {
      removeEventListener('online', tryNow);
      parts.players.close();
      parts.standBy.close();
    };
  }, [parts]);
  if (link.state === 'signed-out') return <SignIn notice="Your session has ended. Sign in again." onSignedIn={onSignedIn} />;
  return (
    <DeskContext value={parts}>
      {integrator && atSite ? (
        <Integrator onDesk={() => setAtSite(false)} />
      ) : (
        <Desk onSignedOut={onSignedOut} onSite={integrator ? () => setAtSite(true) : undefined} />
      )}
    </DeskContext>
  );
}

function openDesk(sound: AlarmSound): DeskParts {
  const connection = new DeskConnection({ openSocket: openDeskSocket, clock: systemClock, sessionState });
  const model = new DeskModel({
    connection,
    clock: systemClock,
    typing: isTyping,
    linked: new URLSearchParams(location.search).get('incident') ?? undefined,
    alarm: ([first]) => {
      if (first !== undefined && first.priority <= 2) sound.play(first.priority === 1 ? 2 : 1);
    },
    // The site says by its targets which priorities it wants to be reminded of.
    remind: ([first]) => sound.play(first?.priority === 1 ? 2 : 1),
  });
  const standBy = new StandBy();
  const players = new LivePlayers(standBy);
  // The picture of what takes the focus is on its way before the page is laid out.
  let focused: string | undefined;
  let tickets: DeskSnapshot['view']['tickets'] = [];
  model.subscribe(() => {
    const { focus, view } = model.snapshot();
    if (view.tickets !== tickets) keepTickets(view.tickets);
    tickets = view.tickets;
    const [camera] = view.incidents.get(focus.incident ?? '')?.cameras ?? [];
    if (focus.incident !== focused && camera !== undefined) players.expect(camera);
    focused = focus.incident;
  });
  connection.connect();
  standBy.start();
  return { model, sound, ticker: new Ticker(model.now), standBy, players };
}

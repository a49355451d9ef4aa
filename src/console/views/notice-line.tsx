import type { ReactNode } from 'react';
import { useDesk, useNames, useParts, useSecond } from '../desk-context.ts';
import type { Link } from '../desk-connection.ts';
import { clockTime } from '../time.ts';
import { PriorityBadge } from './badge.tsx';

/** One line that is always there, so that nothing moves when it has something to say. */
export function NoticeLine() {
  const { model } = useParts();
  const { view, link, focus } = useDesk();
  const names = useNames();
  if (link.state === 'lost') return <ConnectionLost link={link} />;
  const waiting = focus.waiting === undefined ? undefined : view.incidents.get(focus.waiting);
  if (waiting !== undefined) {
    return (
      <Line kind="waiting">
        <PriorityBadge priority={waiting.priority} />
        <span className="say">
          <strong>Waiting: {waiting.title}</strong> · {names.place(waiting)}
        </span>
        <button type="button" data-testid="go-to-waiting" onClick={() => model.show(waiting.id)}>
          Go to it <kbd>G</kbd>
        </button>
      </Line>
    );
  }
  const before = focus.back === undefined ? undefined : view.incidents.get(focus.back);
  if (before !== undefined) {
    return (
      <Line kind="moved">
        <span className="say">
          A new incident took the focus. Before: <strong>{before.title}</strong>
        </span>
        <button type="button" data-testid="go-back" onClick={() => model.show(before.id)}>
          Back to it <kbd>B</kbd>
        </button>
      </Line>
    );
  }
  if (link.state === 'connecting') return <Line kind="calm">Connecting to the gateway …</Line>;
  return (
    <Line kind="calm">
      <span>
        <span aria-hidden="true">●</span> Connected. What you see is now.
      </span>
    </Line>
  );
}

function Line({ kind, children }: { readonly kind: string; readonly children: ReactNode }) {
  return (
    <div className={`notice ${kind}`} data-testid="notice" role="status">
      {children}
    </div>
  );
}

function ConnectionLost({ link }: { readonly link: Extract<Link, { state: 'lost' }> }) {
  const { model } = useParts();
  const { clockOffsetMs } = useDesk().view;
  const now = useSecond();
  const seconds = Math.ceil((link.retryAt + clockOffsetMs - now) / 1000);
  return (
    <div className="notice lost" data-testid="connection-banner">
      <span className="say">
        <span role="alert">
          <span aria-hidden="true">▲</span> <strong>Connection lost at {clockTime(link.since + clockOffsetMs)}.</strong> What you see is from then.
        </span>{' '}
        <span className="retry">{seconds > 0 ? `Trying again in ${seconds} s` : 'Trying now …'}</span>
      </span>
      <button type="button" data-testid="try-now" onClick={() => model.connection.connect()}>
        Try now
      </button>
    </div>
  );
}

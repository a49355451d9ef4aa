import { useEffect, useState } from 'react';
import type { EscalationMessage, IncidentEscalation } from '../../desk/escalation-schemas.ts';
import { incidentEscalationSchema } from '../../desk/escalation-schemas.ts';
import type { EpochMs } from '../../domain/clock.ts';
import type { Incident } from '../../domain/incident.ts';
import { useDesk, useSecond } from '../desk-context.ts';
import { rest } from '../rest.ts';
import { clockTime, countdown } from '../time.ts';

/** How soon somebody should act, and who was told; undefined until the gateway has answered, and on a site that does not escalate. */
export function useEscalation({ id, revision }: Incident): IncidentEscalation | undefined {
  const { link, view } = useDesk();
  const [escalation, setEscalation] = useState<IncidentEscalation>();
  const escalates = view.hello?.site.escalates === true;
  const live = link.state === 'live';
  useEffect(() => {
    if (!escalates) return;
    let current = true;
    void rest(incidentEscalationSchema, `/incidents/${encodeURIComponent(id)}/escalation`).then((answer) => {
      if (current && answer.ok) setEscalation(answer.value);
    });
    return () => {
      current = false;
    };
    // Whatever an escalation does is a new revision of the incident.
  }, [id, revision, live, escalates]);
  return escalation;
}

/** The incident's time running, and how the chain of command fares. Of one size whatever it says, so that nothing moves. */
export function Target({ escalation }: { readonly escalation: IncidentEscalation | undefined }) {
  const { view } = useDesk();
  if (view.hello?.site.escalates !== true) return null;
  const { acknowledgeBy = null, resolveBy = null, messages = [] } = escalation ?? {};
  return (
    <div className="target" data-testid="target">
      {acknowledgeBy !== null ? (
        <Countdown what="Acknowledge" by={acknowledgeBy} />
      ) : resolveBy !== null ? (
        <Countdown what="Resolve" by={resolveBy} />
      ) : (
        <p className="quiet">{escalation === undefined ? '' : 'No time runs'}</p>
      )}
      <ChainState messages={messages} />
    </div>
  );
}

function Countdown({ what, by }: { readonly what: string; readonly by: EpochMs }) {
  const left = by - useSecond();
  return (
    <p className={left < 0 ? 'late' : ''} data-testid="target-time" title={`${what} by ${clockTime(by)}`}>
      {left < 0 ? <strong>▲ {countdown(-left)} late</strong> : `${what} in ${countdown(left)}`}
    </p>
  );
}

function ChainState({ messages }: { readonly messages: readonly EscalationMessage[] }) {
  const failing = messages.filter(isFailing);
  const told = messages.filter(({ state }) => state === 'delivered').length;
  if (failing.length > 0)
    return (
      <p className="late" data-testid="target-chain" title={[...new Set(failing.map(({ contact }) => contact))].join(', ')}>
        <strong>▲ {failing.length} not reached</strong>
      </p>
    );
  return (
    <p className="quiet" data-testid="target-chain">
      {told === 0 ? 'Nobody else told' : `✓ ${told} told`}
    </p>
  );
}

/** Who of the chain of command was told, when, and what came of it; nothing before the first. */
export function Chain({ escalation }: { readonly escalation: IncidentEscalation | undefined }) {
  const { messages = [] } = escalation ?? {};
  if (messages.length === 0) return null;
  return (
    <section aria-label="Who was told" className="chain" data-testid="chain">
      <h3>Who was told</h3>
      <ul>
        {messages.map((message) => (
          <li key={message.id} className={isFailing(message) ? 'late' : ''} data-state={message.state}>
            <strong>{message.contact}</strong> {outcomeOf(message)}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Nobody has taken it, and somebody should know. */
export function isFailing({ state, problem }: EscalationMessage): boolean {
  return state === 'given-up' || (state === 'waiting' && problem !== null);
}

/** What became of a message, in words. */
export function outcomeOf({ state, createdAt, nextAt, attempts, problem }: EscalationMessage): string {
  switch (state) {
    case 'delivered':
      return `✓ told ${clockTime(nextAt)}`;
    case 'withdrawn':
      return '– no longer needed: somebody acknowledged';
    case 'given-up':
      return `▲ given up after ${attempts} attempts: ${problem ?? 'no answer'}`;
    case 'waiting':
      return problem === null
        ? `… on its way since ${clockTime(createdAt)}`
        : `▲ not reached: ${problem}. ${attempts === 1 ? '1 attempt' : `${attempts} attempts`}, next ${clockTime(nextAt)}`;
  }
}

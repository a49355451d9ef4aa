import type { Incident } from '../../domain/incident.ts';
import { useNames } from '../desk-context.ts';
import { clockTime } from '../time.ts';
import { dispositionWords, priorityWords, stateWords } from '../words.ts';
import { Age } from './age.tsx';
import { PriorityBadge } from './badge.tsx';

/** What, where, how urgent, since when, and who has it. */
export function IncidentHead({ incident }: { readonly incident: Incident }) {
  const names = useNames();
  const { priority, title, state, condition, occurredAt, owner, disposition } = incident;
  return (
    <header className="incident-head">
      <PriorityBadge priority={priority} />
      <div className="what">
        <h1 data-testid="focus-title">{title}</h1>
        <p>
          <strong className="urgency">{priorityWords[priority]}</strong> · <span data-testid="focus-place">{names.place(incident)}</span> ·{' '}
          {clockTime(occurredAt)}
        </p>
      </div>
      <div className="how">
        <p>
          <span className={`condition ${condition}`}>{condition === 'active' ? '◆ Still active' : '✓ Back to normal'}</span>{' '}
          <span className={`state ${state}`} data-testid="focus-state">
            {stateWords[state]}
            {disposition === undefined ? '' : `: ${dispositionWords[disposition].name}`}
          </span>
        </p>
        <p className="quiet">
          {owner === undefined ? 'Nobody has taken it yet' : `With ${owner}`} · <Age since={occurredAt} />
        </p>
      </div>
    </header>
  );
}

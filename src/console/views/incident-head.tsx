import type { Avs } from '../../domain/avs.ts';
import { avsWords } from '../../domain/avs.ts';
import type { IncidentEscalation } from '../../desk/escalation-schemas.ts';
import type { Incident } from '../../domain/incident.ts';
import { useNames } from '../desk-context.ts';
import { clockTime } from '../time.ts';
import { dispositionWords, priorityWords, stateWord } from '../words.ts';
import { Age } from './age.tsx';
import { PriorityBadge } from './badge.tsx';
import { Target } from './escalation.tsx';

/** What, where, how urgent, since when, and who has it. */
export function IncidentHead({ incident, escalation }: { readonly incident: Incident; readonly escalation: IncidentEscalation | undefined }) {
  const names = useNames();
  const { priority, title, state, condition, occurredAt, owner, disposition, test, avs, handOver, holdUntil } = incident;
  return (
    <header className="incident-head">
      <PriorityBadge priority={priority} />
      <div className="what">
        <h1 data-testid="focus-title">{title}</h1>
        <p>
          {test === true && <span className="tag test">TEST</span>} <strong className="urgency">{priorityWords[priority]}</strong> ·{' '}
          <span data-testid="focus-place">{names.place(incident)}</span> · {clockTime(occurredAt)}
          {avs !== undefined && <AvsLevel avs={avs} />}
        </p>
      </div>
      <div className="how">
        <p>
          <span className={`condition ${condition}`}>{condition === 'active' ? '◆ Still active' : '✓ Back to normal'}</span>{' '}
          <span className={`state ${state}`} data-testid="focus-state">
            {stateWord(incident)}
            {disposition === undefined ? '' : `: ${dispositionWords[disposition].name}`}
          </span>
        </p>
        <p className="quiet">
          {owner === undefined ? 'Nobody has taken it yet' : `With ${owner}`}
          {handOver !== undefined && `, offered to ${handOver.to}`}
          {holdUntil !== undefined && `, back at ${clockTime(holdUntil)}`} · <Age since={occurredAt} />
        </p>
      </div>
      <Target escalation={escalation} />
    </header>
  );
}

/** The alarm level for the police: what the evidence suggests, or what a dispatcher confirmed. */
function AvsLevel({ avs: { suggested, confirmed } }: { readonly avs: Avs }) {
  const { level } = confirmed ?? suggested;
  return (
    <span data-testid="focus-avs" title={confirmed === undefined ? suggested.because : avsWords[level]}>
      {' '}
      · AVS {level} {confirmed === undefined ? 'suggested' : `by ${confirmed.by}`}
    </span>
  );
}

import { useState } from 'react';
import type { PointId } from '../../domain/point.ts';
import type { ThreatLevel } from '../../domain/threat.ts';
import { useDesk, useNames, useParts } from '../desk-context.ts';
import { planOf } from '../threat-plan.ts';
import { threatScope } from '../words.ts';
import type { ThreatDraft } from './threat-dialog.tsx';

interface ThreatConfirmProps {
  readonly draft: ThreatDraft;
  readonly level: ThreatLevel;
  readonly onBack: () => void;
  readonly onSet: () => void;
}

/** The second step: what will happen, door by door. */
export function ThreatConfirm({ draft, level, onBack, onSet }: ThreatConfirmProps) {
  const { model } = useParts();
  const { hello, threats } = useDesk().view;
  const names = useNames();
  const [error, setError] = useState('');
  const [sending, setSending] = useState(false);
  if (hello === undefined) return null;
  const { site } = hello;
  const plan = planOf(site, threats.inForce, level, draft.scope);
  const set = async () => {
    setSending(true);
    const answer = await model.connection.setThreat(draft);
    setSending(false);
    if (answer.ok) onSet();
    else setError(answer.message);
  };
  const instead = site.threatLevels?.find(({ id }) => id === plan.instead?.level);
  return (
    <>
      <p className="threat-headline" data-level={level.id}>
        <strong>
          <span aria-hidden="true">{level.sign}</span> {level.title}
        </strong>{' '}
        for <strong>{threatScope(draft.scope, site, names)}</strong>
      </p>
      <div className="scroll long threat-plan" role="region" aria-label="What will happen" tabIndex={0} data-testid="threat-plan">
        {instead !== undefined && <p>▲ It replaces {instead.title}, which is in force there.</p>}
        <Doors what="will be unlocked" doors={plan.unlock} />
        <Doors what="will be locked" doors={plan.lock} />
        <Doors what="become what they were before" doors={plan.restore} />
        <Doors what="stay as they are (way out, exception, or another level)" doors={plan.leave} />
        {plan.lock.length + plan.unlock.length + plan.restore.length === 0 && <p>No door changes.</p>}
        {level.raisesPriorityBy > 0 && <p>Incidents there become more urgent: +{level.raisesPriorityBy}.</p>}
      </div>
      <p className="error" role="alert">
        {error}
      </p>
      <div className="buttons">
        <button type="button" data-testid="threat-back" onClick={onBack}>
          Back
        </button>
        <button
          type="button"
          className="primary"
          data-testid="threat-set"
          autoFocus
          disabled={sending}
          // The key that led here may still be held down.
          onKeyDown={(event) => event.repeat && event.preventDefault()}
          onClick={() => void set()}
        >
          Set {level.title} now
        </button>
      </div>
    </>
  );
}

function Doors({ what, doors }: { readonly what: string; readonly doors: readonly PointId[] }) {
  const names = useNames();
  if (doors.length === 0) return null;
  return (
    <p>
      <strong>
        {doors.length} {doors.length === 1 ? 'door' : 'doors'}
      </strong>{' '}
      {what}: {doors.map((door) => names.point(door)).join(', ')}
    </p>
  );
}

import type { IncidentEscalation } from '../../desk/escalation-schemas.ts';
import type { Incident } from '../../domain/incident.ts';
import { PriorityBadge } from './badge.tsx';
import { Chain } from './escalation.tsx';

/** Why the incident was raised, the arithmetic of its priority, and who was told that nobody acted. */
export function Why({ incident, escalation }: { readonly incident: Incident; readonly escalation: IncidentEscalation | undefined }) {
  return (
    <section className="card why" aria-labelledby="why">
      <h2 id="why">Why</h2>
      <div className="scroll" role="region" aria-label="Why it was raised" tabIndex={0}>
        <p className="reason" data-testid="focus-reason">
          {incident.reason}
        </p>
        <ol className="steps" aria-label="How the priority came about" data-testid="focus-priority">
          {incident.priorityBecause.map(({ priority, because }, index) => (
            <li key={index}>
              <PriorityBadge priority={priority} /> <span>{because}</span>
            </li>
          ))}
        </ol>
        <Chain escalation={escalation} />
      </div>
    </section>
  );
}

import type { Incident } from '../../domain/incident.ts';
import { PriorityBadge } from './badge.tsx';

/** Why the incident was raised, and the arithmetic of its priority. */
export function Why({ incident }: { readonly incident: Incident }) {
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
      </div>
    </section>
  );
}

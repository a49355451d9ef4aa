import { useDesk } from '../desk-context.ts';

/** What the gateway itself has trouble with, until it is over: nobody may take a desk for healthy that forgets alarms. */
export function HealthBanner() {
  const { problems, notStored } = useDesk().view.health;
  if (problems.length === 0) return null;
  return (
    <div className="health" role="alert" data-testid="health-banner">
      {problems.map((problem) => (
        <p key={problem}>
          <span aria-hidden="true">▲</span> {problem}
        </p>
      ))}
      {notStored.length > 0 && <p>Not stored: {notStored.join(', ')}</p>}
    </div>
  );
}

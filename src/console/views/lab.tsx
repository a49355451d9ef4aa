import { useState } from 'react';
import { useDesk, useParts } from '../desk-context.ts';

/** The lab's scenarios; a real site has none and shows nothing here. */
export function Lab() {
  const { model } = useParts();
  const scenarios = useDesk().view.hello?.site.scenarios ?? [];
  const [outcome, setOutcome] = useState('');
  if (scenarios.length === 0) return undefined;
  const start = async (name: string, title: string) => {
    const answer = await model.connection.startScenario(name);
    setOutcome(answer.ok ? `Started: ${title}` : answer.message);
  };
  return (
    <section className="panel lab">
      <h2>Lab</h2>
      <div className="scenarios" tabIndex={0} role="group" aria-label="Scenarios">
        {scenarios.map(({ name, title }) => (
          <button type="button" key={name} data-testid={`scenario-${name}`} onClick={() => void start(name, title)}>
            {title}
          </button>
        ))}
      </div>
      <p className="outcome" role="status">
        {outcome}
      </p>
    </section>
  );
}

import { useState } from 'react';
import { maySet } from '../../domain/threat.ts';
import type { ThreatDoor } from '../../domain/threat.ts';
import type { Answer } from '../desk-connection.ts';
import { useDesk, useNames, useParts } from '../desk-context.ts';
import { byOutcome, isNotDone } from '../threat-plan.ts';
import { clockTime, day } from '../time.ts';
import { threatOutcomeWords, threatScope } from '../words.ts';
import { closeAround } from './dialog.tsx';

/** On a large site the doors that went well need no line each. */
const MOST_ROWS = 200;

/** What is in force, by whom and since when; what became of each door, failures on top; and the one action that restores it. */
export function ThreatStatus({ onSet }: { readonly onSet: () => void }) {
  const { model } = useParts();
  const { hello, threats } = useDesk().view;
  const names = useNames();
  const [error, setError] = useState('');
  if (hello === undefined) return null;
  const { site, user } = hello;
  const { inForce, doors } = threats;
  const levels = site.threatLevels ?? [];
  const ask = async (answer: Promise<Answer>) => {
    const given = await answer;
    setError(given.ok ? '' : given.message);
  };
  const notDone = doors.filter(({ outcome }) => isNotDone(outcome)).length;
  const done = doors.filter(({ outcome }) => outcome === 'done').length;
  return (
    <>
      <ul className="measures threat-list">
        {inForce.length === 0 && <li className="normal">✓ Normal: no threat level is in force.</li>}
        {inForce.map(({ scope, level: id, by, at, note }) => {
          const level = levels.find((each) => each.id === id);
          return (
            <li key={scope} data-testid={`in-force-${scope}`} data-level={id}>
              <strong className="threat-headline" data-level={id}>
                <span aria-hidden="true">{level?.sign}</span> {level?.title ?? id}
              </strong>
              <span>
                <strong>{threatScope(scope, site, names)}</strong> since {day(at)} {clockTime(at)}
                <br />
                <span className="quiet">
                  {by}
                  {note !== '' && `: ${note}`}
                </span>
              </span>
              {inForce.length > 1 && level !== undefined && maySet(level, user) && (
                <button type="button" data-testid={`restore-${scope}`} onClick={() => void ask(model.connection.liftThreat(scope))}>
                  Restore this
                </button>
              )}
            </li>
          );
        })}
      </ul>
      {doors.length > 0 && (
        <>
          <h3 data-testid="threat-progress">
            {done} of {doors.length} {doors.length === 1 ? 'door' : 'doors'} done{notDone > 0 && `, ${notDone} not`}
          </h3>
          <Outcomes doors={byOutcome(doors)} />
        </>
      )}
      <p className="error" role="alert">
        {error}
      </p>
      <div className="buttons">
        {notDone > 0 && (
          <button type="button" className="primary" data-testid="threat-retry" onClick={() => void ask(model.connection.retryThreat())}>
            Try again: {notDone}
          </button>
        )}
        <button type="button" data-testid="threat-another" onClick={onSet}>
          {inForce.length > 0 ? 'Set another' : 'Set a level'}
        </button>
        {inForce.length > 0 && (
          <button
            type="button"
            className={notDone > 0 ? '' : 'primary'}
            data-testid="threat-restore"
            onClick={() => void ask(model.connection.liftThreat())}
          >
            {inForce.length > 1 ? 'Restore everything' : 'Restore: back to normal'}
          </button>
        )}
        <button type="button" autoFocus onClick={(event) => closeAround(event.currentTarget)}>
          Close
        </button>
      </div>
    </>
  );
}

function Outcomes({ doors }: { readonly doors: readonly ThreatDoor[] }) {
  const names = useNames();
  const shown = doors.slice(0, MOST_ROWS);
  return (
    <div className="scroll long" role="region" aria-label="What became of each door" tabIndex={0}>
      <ul className="threat-doors">
        {shown.map(({ door, command, level, outcome, reason, at }) => (
          <li key={door} data-testid={`threat-door-${door}`} data-outcome={outcome}>
            <span className="outcome">{threatOutcomeWords(outcome, command)}</span>
            <span>
              {names.point(door)}
              {level === undefined && <span className="quiet"> (back to what it was)</span>}
              {reason !== undefined && (
                <>
                  <br />
                  <span className="reason">{reason}</span>
                </>
              )}
            </span>
            <time className="quiet">{clockTime(at)}</time>
          </li>
        ))}
      </ul>
      {doors.length > shown.length && <p className="quiet">And {doors.length - shown.length} more that are done or under way.</p>}
    </div>
  );
}

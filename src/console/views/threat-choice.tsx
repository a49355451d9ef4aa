import { useState } from 'react';
import type { SubmitEvent } from 'react';
import { maySet } from '../../domain/threat.ts';
import { useDesk } from '../desk-context.ts';
import { threatEffect } from '../words.ts';
import { closeAround } from './dialog.tsx';
import { Choice } from './fields.tsx';
import { textOf } from './form-dialog.tsx';
import { NoteField } from './note-field.tsx';
import type { ThreatDraft } from './threat-dialog.tsx';

interface ThreatChoiceProps {
  readonly draft: ThreatDraft | undefined;
  readonly onChosen: (draft: ThreatDraft) => void;
}

/** The first step: which level, and where. */
export function ThreatChoice({ draft, onChosen }: ThreatChoiceProps) {
  const { hello } = useDesk().view;
  const [error, setError] = useState('');
  if (hello === undefined) return null;
  const { site, user } = hello;
  const levels = (site.threatLevels ?? []).filter((level) => maySet(level, user)).sort((a, b) => b.severity - a.severity);
  const chosen = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const level = textOf(form, 'level');
    if (level === '') setError('Choose a level.');
    else onChosen({ level, scope: textOf(form, 'scope'), note: textOf(form, 'note') });
  };
  return (
    <form noValidate onSubmit={chosen}>
      {levels.length === 0 && <p>The site file lets other people set threat levels, not {user.name}.</p>}
      <fieldset>
        <legend>Which level?</legend>
        {levels.map((level, index) => (
          <label key={level.id} className="choice">
            <input
              type="radio"
              name="level"
              value={level.id}
              data-testid={`level-${level.id}`}
              defaultChecked={level.id === draft?.level}
              autoFocus={draft === undefined ? index === 0 : level.id === draft.level}
            />
            <span>
              <strong>
                <span aria-hidden="true">{level.sign}</span> {level.title}
              </strong>{' '}
              <span className="quiet">{threatEffect(level)}</span>
            </span>
          </label>
        ))}
      </fieldset>
      <Choice
        label="Where?"
        name="scope"
        initial={draft?.scope ?? site.id}
        options={[[site.id, 'The whole site'], ...site.areas.map(({ id, name }) => [id, `${name} and what lies within`] as const)]}
      />
      <NoteField label="Why? It may stay empty." />
      <p className="error" role="alert">
        {error}
      </p>
      <div className="buttons">
        <button type="button" onClick={(event) => closeAround(event.currentTarget)}>
          Cancel
        </button>
        <button type="submit" className="primary" data-testid="threat-next" disabled={levels.length === 0}>
          Next: see what will happen
        </button>
      </div>
    </form>
  );
}

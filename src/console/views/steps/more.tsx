import type { Incident, IncidentState } from '../../../domain/incident.ts';
import { closeAround, Dialog } from '../dialog.tsx';

const owned: readonly IncidentState[] = ['acknowledged', 'in-progress', 'on-hold'];
const open: readonly IncidentState[] = ['new', ...owned, 'resolved'];

/** What is not needed with every incident: behind one button, and each with a key of its own. */
export const furtherSteps = [
  { name: 'hold', words: 'Put on hold', meaning: 'It comes back by itself', key: 'H', from: ['acknowledged', 'in-progress'] },
  { name: 'take-over', words: 'Take over', meaning: 'It is mine from now on', key: 'Y', from: owned },
  { name: 'hand-over', words: 'Hand over', meaning: 'A colleague takes it, once accepted', key: 'D', from: owned },
  { name: 'avs', words: 'Alarm level', meaning: 'ANSI/TMA-AVS-01, 0 to 4, for the police', key: 'V', from: open },
  { name: 'shelve', words: 'Shelve', meaning: 'Out of the queue for a while', key: 'Z', from: open },
  { name: 'merge', words: 'Merge', meaning: 'It belongs to another incident', key: 'X', from: open },
  { name: 'split', words: 'Split', meaning: 'Some of it is another matter', key: 'I', from: open },
  { name: 'reopen', words: 'Reopen', meaning: 'It was not over', key: 'E', from: ['resolved', 'closed'] },
] as const satisfies readonly { name: string; words: string; meaning: string; key: string; from: readonly IncidentState[] }[];
export type FurtherStep = (typeof furtherSteps)[number]['name'];

/** Whether a further step makes sense for the incident; the gateway decides in the end. */
export function isPossible(step: (typeof furtherSteps)[number], incident: Incident, user: string | undefined): boolean {
  const states: readonly IncidentState[] = step.from;
  if (!states.includes(incident.state)) return false;
  if (step.name === 'take-over') return incident.owner !== user;
  if (step.name === 'hand-over') return incident.owner === user;
  return true;
}

interface MoreDialogProps {
  readonly incident: Incident;
  readonly user: string | undefined;
  readonly onChoose: (step: FurtherStep) => void;
  readonly onClose: () => void;
}

export function MoreDialog({ incident, user, onChoose, onClose }: MoreDialogProps) {
  const possible = furtherSteps.filter((step) => isPossible(step, incident, user));
  return (
    <Dialog title="More" testId="more-dialog" onClose={onClose}>
      <ul className="more">
        {possible.map(({ name, words, meaning, key }, index) => (
          <li key={name}>
            <button
              type="button"
              autoFocus={index === 0}
              data-testid={`action-${name}`}
              onClick={(event) => {
                closeAround(event.currentTarget);
                onChoose(name);
              }}
            >
              <strong>{words}</strong> <span className="quiet">{meaning}</span> <kbd>{key}</kbd>
            </button>
          </li>
        ))}
      </ul>
      <div className="buttons">
        <a href={`/api/v1/incidents/${encodeURIComponent(incident.id)}/cap.xml`} download={`${incident.id}.cap.xml`} data-testid="cap">
          Save as a CAP 1.2 message
        </a>
        <button type="button" onClick={(event) => closeAround(event.currentTarget)}>
          Cancel
        </button>
      </div>
    </Dialog>
  );
}

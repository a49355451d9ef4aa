import { memo } from 'react';
import type { Incident } from '../../domain/incident.ts';
import { useDesk, useNames, useParts } from '../desk-context.ts';
import type { Names } from '../names.ts';
import { stateWords } from '../words.ts';
import { Age } from './age.tsx';
import { PriorityBadge } from './badge.tsx';
import { Rows } from './rows.tsx';

/** The open incidents, most urgent first. */
export function Queue({ incidents }: { readonly incidents: readonly Incident[] }) {
  const { model } = useParts();
  const { focus } = useDesk();
  const names = useNames();
  const unseen = incidents.filter(({ state }) => state === 'new').length;
  return (
    <section className="panel queue">
      <h2>
        Incidents{' '}
        <span className="count" data-testid="queue-count">
          {incidents.length} open, {unseen} new
        </span>
      </h2>
      <Rows
        label="Open incidents"
        rowRem={5.25}
        empty="No open incidents"
        rows={incidents.map((incident) => ({
          key: incident.id,
          content: (
            <QueueItem
              incident={incident}
              names={names}
              inFocus={incident.id === focus.incident}
              waiting={incident.id === focus.waiting}
              onChoose={model.show}
            />
          ),
        }))}
      />
    </section>
  );
}

interface QueueItemProps {
  readonly incident: Incident;
  readonly names: Names;
  readonly inFocus: boolean;
  readonly waiting: boolean;
  readonly onChoose: (incident: string) => void;
}

const QueueItem = memo(function QueueItem({ incident, names, inFocus, waiting, onChoose }: QueueItemProps) {
  const { id, priority, title, state, condition, openedAt } = incident;
  return (
    <button
      type="button"
      className={`item p${priority}`}
      data-testid={`incident-${id}`}
      data-state={state}
      data-waiting={waiting}
      aria-current={inFocus ? 'true' : undefined}
      onClick={() => onChoose(id)}
    >
      <PriorityBadge priority={priority} />
      <span className="title">{title}</span>
      <span className="place">{names.place(incident)}</span>
      <Age since={openedAt} />
      <span className="foot">
        <span className={`state ${state}`}>{stateWords[state]}</span>
        <span className={`condition ${condition}`}>{condition === 'active' ? '◆ Still active' : '✓ Back to normal'}</span>
      </span>
    </button>
  );
});

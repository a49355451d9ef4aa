import { memo, useState } from 'react';
import type { Incident } from '../../domain/incident.ts';
import { useDesk, useNames, useParts } from '../desk-context.ts';
import type { Names } from '../names.ts';
import { queueRows } from '../queue-rows.ts';
import type { QueueRow } from '../queue-rows.ts';
import { stateWord } from '../words.ts';
import { Age } from './age.tsx';
import { PriorityBadge } from './badge.tsx';
import { Rows } from './rows.tsx';

/** The open incidents, most urgent first. */
export function Queue({ incidents }: { readonly incidents: readonly Incident[] }) {
  const { model } = useParts();
  const { focus, view } = useDesk();
  const [unfolded, setUnfolded] = useState<ReadonlySet<string>>(new Set());
  const names = useNames();
  const flood = view.alarms?.flood !== undefined;
  const rows = queueRows(incidents, flood, unfolded, [focus.incident, focus.waiting]);
  const toggle = (kind: string) =>
    setUnfolded((before) => (before.has(kind) ? new Set([...before].filter((each) => each !== kind)) : new Set([...before, kind])));
  const unseen = incidents.filter(({ state }) => state === 'new').length;
  return (
    <section className="panel queue">
      <h2>
        Incidents{' '}
        <span className="count" data-testid="queue-count">
          {flood ? '▲ Flood: ' : ''}
          {incidents.length} open, {unseen} new
        </span>
      </h2>
      <Rows
        label="Open incidents"
        rowRem={5.25}
        empty="No open incidents"
        rows={rows.map((row) =>
          row.type === 'group'
            ? { key: row.kind, content: <QueueGroup group={row} onToggle={toggle} /> }
            : {
                key: row.incident.id,
                content: (
                  <QueueItem
                    incident={row.incident}
                    names={names}
                    inFocus={row.incident.id === focus.incident}
                    waiting={row.incident.id === focus.waiting}
                    onChoose={model.show}
                  />
                ),
              },
        )}
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
  const { id, priority, title, state, condition, openedAt, test } = incident;
  return (
    <button
      type="button"
      className={`item p${priority}`}
      data-testid={`incident-${id}`}
      data-state={state}
      data-waiting={waiting}
      data-test={test === true}
      aria-current={inFocus ? 'true' : undefined}
      onClick={() => onChoose(id)}
    >
      <PriorityBadge priority={priority} />
      <span className="title">
        {test === true && <span className="tag test">TEST</span>} {title}
      </span>
      <span className="place">{names.place(incident)}</span>
      <Age since={openedAt} />
      <span className="foot">
        <span className={`state ${state}`}>{stateWord(incident)}</span>
        <span className={`condition ${condition}`}>{condition === 'active' ? '◆ Still active' : '✓ Back to normal'}</span>
      </span>
    </button>
  );
});

/** In a flood: several incidents of one kind, none of them critical. */
function QueueGroup({ group, onToggle }: { readonly group: Extract<QueueRow, { type: 'group' }>; readonly onToggle: (kind: string) => void }) {
  const { kind, incidents, unfolded } = group;
  const [first] = incidents;
  const unseen = incidents.filter(({ state }) => state === 'new').length;
  return (
    <button
      type="button"
      className={`item group p${first.priority}`}
      data-testid={`group-${kind}`}
      aria-expanded={unfolded}
      onClick={() => onToggle(kind)}
    >
      <PriorityBadge priority={first.priority} />
      <span className="title">
        {incidents.length} × {kind}
      </span>
      <span className="place">{first.title}, …</span>
      <Age since={first.openedAt} />
      <span className="foot">
        <span className="state">{unseen} new</span>
        <span className="condition">{unfolded ? '▾ Fold' : '▸ Show each'}</span>
      </span>
    </button>
  );
}

import { useState } from 'react';
import { z } from 'zod';
import { journalEventSchema } from '../../../desk/integrator-schemas.ts';
import type { JournalEvent } from '../../../desk/integrator-schemas.ts';
import { eventKinds } from '../../../domain/kinds.ts';
import { useDesk } from '../../desk-context.ts';
import { namesOf } from '../../names.ts';
import { clockTime, day } from '../../time.ts';
import { AccountingLine } from './accounting-line.tsx';
import { useAnswer } from './use-answer.ts';

const PAGE = 50;
const LOOK_AGAIN_MS = 2000;
const pageSchema = z.object({ events: z.array(journalEventSchema) });

interface Filter {
  readonly kind: string;
  readonly point: string;
  readonly device: string;
}

/** The journal, newest first, each event with the frame that it came in. */
export function EventsSection() {
  const { view } = useDesk();
  const [filter, setFilter] = useState<Filter>({ kind: '', point: '', device: '' });
  // The positions in front of which the pages behind the first begin.
  const [pages, setPages] = useState<readonly number[]>([]);
  const before = pages.at(-1);
  const query = new URLSearchParams({ newestFirst: 'true', limit: String(PAGE) });
  for (const [name, value] of Object.entries(filter) as [string, string][]) if (value !== '') query.set(name, value);
  if (before !== undefined) query.set('before', String(before));
  const { answer } = useAnswer(pageSchema, `/events?${query.toString()}`, before === undefined ? LOOK_AGAIN_MS : undefined);
  const change = (part: Partial<Filter>) => {
    setFilter({ ...filter, ...part });
    setPages([]);
  };
  const names = namesOf(view.hello?.site);
  const events = answer?.ok === true ? answer.value.events : [];
  const last = events.at(-1);
  const points = view.hello?.site.points ?? [];
  return (
    <div className="site-events">
      <AccountingLine />
      <div className="site-row">
        <Filtered
          label="Kind"
          testId="filter-kind"
          value={filter.kind}
          options={eventKinds.map((kind) => [kind, kind])}
          onChange={(kind) => change({ kind })}
        />
        <Filtered
          label="Point"
          testId="filter-point"
          value={filter.point}
          options={points.map(({ id, name }) => [id, `${name} (${id})`])}
          onChange={(point) => change({ point })}
        />
        <Filtered
          label="Device"
          testId="filter-device"
          value={filter.device}
          options={[...view.devices.values()].map(({ device, name }) => [device, name])}
          onChange={(device) => change({ device })}
        />
        <button type="button" data-testid="newer" disabled={pages.length === 0} onClick={() => setPages(pages.slice(0, -1))}>
          Newer
        </button>
        <button
          type="button"
          data-testid="older"
          disabled={events.length < PAGE}
          onClick={() => {
            if (last !== undefined) setPages([...pages, last.seq]);
          }}
        >
          Older
        </button>
        <span className="quiet">{before === undefined ? 'The newest; new ones come by themselves' : `Page ${pages.length + 1}`}</span>
      </div>
      <div className="scroll" tabIndex={0} role="region" aria-label="Journal" data-testid="journal">
        {answer?.ok === false && <p className="error">{answer.message}</p>}
        {answer?.ok === true && events.length === 0 && <p className="quiet">No such events.</p>}
        <ul>
          {events.map((event) => (
            <EventRow key={event.id} event={event} pointName={names.point(event.point)} />
          ))}
        </ul>
      </div>
    </div>
  );
}

interface FilteredProps {
  readonly label: string;
  readonly testId: string;
  readonly value: string;
  readonly options: readonly (readonly [value: string, words: string])[];
  readonly onChange: (value: string) => void;
}

function Filtered({ label, testId, value, options, onChange }: FilteredProps) {
  return (
    <label>
      {label}{' '}
      <select value={value} data-testid={testId} onChange={(event) => onChange(event.currentTarget.value)}>
        <option value="">all</option>
        {options.map(([each, words]) => (
          <option key={each} value={each}>
            {words}
          </option>
        ))}
      </select>
    </label>
  );
}

function EventRow({ event, pointName }: { readonly event: JournalEvent; readonly pointName: string }) {
  const { seq, kind, phase, device, receivedAt, eventAt, occurredAt, clockOffsetMs, initial, details, raw } = event;
  return (
    <li>
      <details data-testid="journal-event" data-seq={seq}>
        <summary>
          <time title={day(receivedAt)}>{clockTime(receivedAt)}</time> <strong>{kind}</strong> {phase} <span>{pointName}</span>{' '}
          <span className="quiet">
            {device}
            {initial === true && ' · read on connecting'}
            {raw === undefined && ' · no frame'}
          </span>
        </summary>
        <dl className="facts-list">
          <dt>Position</dt>
          <dd>{seq}</dd>
          <dt>Received</dt>
          <dd>{new Date(receivedAt).toISOString()}</dd>
          <dt>Happened</dt>
          <dd>
            {new Date(eventAt).toISOString()}
            {occurredAt !== undefined && `; by the device’s clock ${new Date(occurredAt).toISOString()}`}
            {clockOffsetMs !== undefined && `, which is ${clockOffsetMs} ms ahead`}
          </dd>
          {Object.entries(details).map(([name, value]) => (
            <Detail key={name} name={name} value={String(value)} />
          ))}
          <dt>Frame</dt>
          <dd>{raw === undefined ? 'none: the gateway says this itself, or its protocol has no frames' : <code data-testid="raw">{raw}</code>}</dd>
        </dl>
      </details>
    </li>
  );
}

function Detail({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  );
}

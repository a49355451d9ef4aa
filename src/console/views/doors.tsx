import type { DoorState } from '../../domain/door.ts';
import { useDesk } from '../desk-context.ts';
import { doorTroubles } from '../words.ts';
import { Age } from './age.tsx';
import { Rows } from './rows.tsx';

/** Every door and how it stands. */
export function Doors() {
  const { view } = useDesk();
  const doors = view.hello?.site.doors ?? [];
  return (
    <section className="panel doors">
      <h2>
        Doors <span className="count">{doors.length}</span>
      </h2>
      <Rows
        label="Doors"
        rowRem={3}
        empty="This site has no doors"
        rows={doors.map(({ id, name }) => ({ key: id, content: <DoorRow name={name} state={view.doors.get(id)} /> }))}
      />
    </section>
  );
}

function DoorRow({ name, state }: { readonly name: string; readonly state: DoorState | undefined }) {
  const troubles = state === undefined ? [] : doorTroubles(state);
  return (
    <div className="door-row" data-trouble={troubles.length > 0} data-testid={state === undefined ? undefined : `door-state-${state.door}`}>
      <span className="name">{name}</span>
      {state !== undefined && <Age since={state.changedAt} />}
      <DoorWords state={state} />
    </div>
  );
}

/** A door's state in words and signs: the leaf, the lock, what is wrong, and whether that is only what was last known. */
export function DoorWords({ state }: { readonly state: DoorState | undefined }) {
  if (state === undefined) return <span className="door-words">Nothing known yet</span>;
  return (
    <span className="door-words">
      <span className={`leaf ${state.physical}`}>{leafWords[state.physical]}</span>
      <span className={`lock ${state.lock}`}>{lockWords[state.lock]}</span>
      {doorTroubles(state).map((trouble) => (
        <span className="trouble" key={trouble}>
          ▲ {trouble}
        </span>
      ))}
      {!state.current && <span className="last-known">last known</span>}
    </span>
  );
}

const leafWords = { Open: '◧ Open', Closed: '■ Closed', Unknown: '? Position unknown' } as const;
const lockWords = { Locked: 'Locked', Unlocked: '○ Unlocked', Unknown: 'Lock unknown' } as const;

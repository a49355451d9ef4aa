import { useRef, useState } from 'react';
import type { DoorCommand } from '../../domain/door.ts';
import type { Incident } from '../../domain/incident.ts';
import { useDesk, useNames, useParts } from '../desk-context.ts';
import { useKeys } from '../keys.ts';
import { clockTime } from '../time.ts';
import { commandWords } from '../words.ts';
import { DoorWords } from './doors.tsx';

/** A key struck by accident must not open a door: it counts when it is struck again within this time. */
const CONFIRM_WITHIN_MS = 4_000;

/** The door of an incident: how it stands, and commands to it with what became of them. */
export function DoorCard({ incident }: { readonly incident: Incident }) {
  const { view } = useDesk();
  const site = view.hello?.site.doors.find(({ id }) => id === incident.door);
  if (site === undefined) {
    return (
      <section className="card door">
        <p className="quiet">No door belongs to this incident</p>
      </section>
    );
  }
  return <KnownDoor door={site.id} commands={site.commands} incident={incident.id} />;
}

interface KnownDoorProps {
  readonly door: string;
  readonly commands: readonly DoorCommand[];
  readonly incident: string;
}

function KnownDoor({ door, commands, incident }: KnownDoorProps) {
  const { model } = useParts();
  const { view, link } = useDesk();
  const names = useNames();
  const [outcome, setOutcome] = useState<{ readonly ok: boolean; readonly text: string }>();
  const [armed, setArmed] = useState<DoorCommand>();
  const disarm = useRef<number>(undefined);

  const send = async (command: DoorCommand) => {
    const { name } = commandWords[command];
    setArmed(undefined);
    setOutcome({ ok: true, text: `${name}: sent …` });
    const answer = await model.connection.commandDoor(door, command, incident);
    const at = clockTime(model.now());
    setOutcome(answer.ok ? { ok: true, text: `✓ ${name}: confirmed ${at}` } : { ok: false, text: `✕ ${name}: ${answer.message}` });
  };
  const strike = (command: DoorCommand) => {
    if (!commands.includes(command)) return;
    if (command === 'lock' || armed === command) {
      void send(command);
      return;
    }
    setArmed(command);
    window.clearTimeout(disarm.current);
    disarm.current = window.setTimeout(() => setArmed(undefined), CONFIRM_WITHIN_MS);
  };
  useKeys({ u: () => strike('unlock'), l: () => strike('lock'), t: () => strike('access') });

  return (
    <section className="card door" aria-label={`Door: ${names.point(door)}`}>
      <h2>{names.point(door)}</h2>
      <p data-testid="door-state">
        <DoorWords state={view.doors.get(door)} />
      </p>
      <div className="commands">
        {commands.map((command) => (
          <button
            type="button"
            key={command}
            data-testid={`door-${command}`}
            data-armed={armed === command}
            disabled={link.state !== 'live'}
            onClick={() => void send(command)}
          >
            {armed === command ? 'Again to confirm' : commandWords[command].name} <kbd>{commandWords[command].key}</kbd>
          </button>
        ))}
      </div>
      <p className={outcome?.ok === false ? 'outcome error' : 'outcome'} role="status" data-testid="door-outcome">
        {outcome?.text}
      </p>
    </section>
  );
}

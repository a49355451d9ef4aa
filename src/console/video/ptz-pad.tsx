import { useEffect, useMemo, useRef, useState } from 'react';
import type { KeyboardEvent } from 'react';
import { cameraPtzSchema } from '../../desk/ptz-schemas.ts';
import type { CameraPtz } from '../../desk/ptz-schemas.ts';
import { systemClock } from '../../domain/clock.ts';
import type { PtzHolder } from '../../domain/ptz.ts';
import { useDesk, useParts, useSecond } from '../desk-context.ts';
import { useKeys } from '../keys.ts';
import { rest } from '../rest.ts';
import { clockTime } from '../time.ts';
import { Steerer } from './steerer.ts';
import type { Direction } from './steerer.ts';

const keys: Readonly<Record<string, Direction>> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
  '+': 'closer',
  '=': 'closer',
  '-': 'farther',
};
const buttons: readonly (readonly [direction: Direction, sign: string, name: string])[] = [
  ['left', '◀', 'Left'],
  ['up', '▲', 'Up'],
  ['down', '▼', 'Down'],
  ['right', '▶', 'Right'],
  ['closer', '+', 'Closer'],
  ['farther', '−', 'Farther'],
];

/** Moves a camera by hand, where it turns; and says who else does. */
export function PtzPad({ camera, name, incident }: { readonly camera: string; readonly name: string; readonly incident: string }) {
  const [ptz, setPtz] = useState<CameraPtz>();
  useEffect(() => {
    let wanted = true;
    void rest(cameraPtzSchema, `/cameras/${encodeURIComponent(camera)}/ptz`).then((answer) => {
      if (wanted && answer.ok) setPtz(answer.value);
    });
    return () => {
      wanted = false;
    };
  }, [camera]);
  return ptz?.turns === true ? <Pad camera={camera} name={name} incident={incident} presets={ptz.presets} /> : undefined;
}

interface PadProps {
  readonly camera: string;
  readonly name: string;
  readonly incident: string;
  readonly presets: CameraPtz['presets'];
}

function Pad({ camera, name, incident, presets }: PadProps) {
  const { model } = useParts();
  const { view } = useDesk();
  const pad = useRef<HTMLDivElement>(null);
  const [refused, setRefused] = useState<string>();
  const order = useMemo(
    () => (what: Parameters<typeof model.connection.steer>[1]) => {
      void model.connection.steer(camera, what, incident).then((answer) => setRefused(answer.ok ? undefined : answer.message));
    },
    [model, camera, incident],
  );
  const steerer = useMemo(() => new Steerer(order, systemClock), [order]);
  useEffect(() => () => steerer.liftAll(), [steerer]);
  useKeys({ '0': () => pad.current?.focus() });

  const down = (event: KeyboardEvent) => {
    const direction = keys[event.key];
    if (direction === undefined || event.target instanceof HTMLSelectElement) return;
    // Not the queue's arrow keys while the camera has them.
    event.preventDefault();
    steerer.press(direction);
  };
  const up = (event: KeyboardEvent) => {
    const direction = keys[event.key];
    if (direction !== undefined) steerer.lift(direction);
  };
  return (
    <div
      className="ptz"
      role="group"
      aria-label={`Steer ${name}: arrow keys, plus and minus`}
      data-testid="ptz"
      tabIndex={0}
      ref={pad}
      onKeyDown={down}
      onKeyUp={up}
      onBlur={() => steerer.liftAll()}
    >
      <kbd>0</kbd>
      {buttons.map(([direction, sign, title]) => (
        <button
          type="button"
          key={direction}
          title={title}
          aria-label={title}
          data-testid={`ptz-${direction}`}
          onPointerDown={() => steerer.press(direction)}
          onPointerUp={() => steerer.lift(direction)}
          onPointerLeave={() => steerer.lift(direction)}
        >
          {sign}
        </button>
      ))}
      <button type="button" title="Home position" aria-label="Home position" onClick={() => order({ action: 'home' })}>
        ⌂
      </button>
      {presets.length > 0 && (
        <select
          aria-label={`Presets of ${name}`}
          data-testid="ptz-presets"
          value=""
          onChange={({ target }) => order({ action: 'preset', preset: target.value })}
        >
          <option value="">Preset …</option>
          {presets.map((preset) => (
            <option key={preset.token} value={preset.token}>
              {preset.name}
            </option>
          ))}
        </select>
      )}
      <Holder holder={view.ptz.get(camera)?.holder} user={view.hello?.user.name} onRelease={() => order({ action: 'release' })} />
      {refused !== undefined && (
        <p className="refused" role="alert">
          ✕ {refused}
        </p>
      )}
    </div>
  );
}

interface HolderProps {
  readonly holder: PtzHolder | undefined;
  readonly user: string | undefined;
  readonly onRelease: () => void;
}

function Holder({ holder, user, onRelease }: HolderProps) {
  const now = useSecond();
  if (holder === undefined) return <span className="holder quiet">free</span>;
  const left = holder.until === undefined ? '' : `, ${Math.max(0, Math.ceil((holder.until - now) / 1000))} s`;
  if (holder.kind === 'manual' && holder.by === user) {
    return (
      <button type="button" className="holder" data-testid="ptz-release" title={`Yours since ${clockTime(holder.since)}`} onClick={onRelease}>
        Let go{left}
      </button>
    );
  }
  const what = holder.kind === 'manual' ? `${holder.by} steers` : `${holder.preset ?? ''}: ${holder.by}`;
  return (
    <span className="holder" data-testid="ptz-holder" title={`since ${clockTime(holder.since)}`}>
      {what}
      {left}
    </span>
  );
}

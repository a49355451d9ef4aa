import { useState } from 'react';
import { useDesk } from '../../desk-context.ts';
import { linkWords } from '../../words.ts';
import { Age } from '../age.tsx';
import { DeviceDetail } from './device-detail.tsx';

/** Every device with its link; the chosen one in full beside the list. */
export function DevicesSection() {
  const { view } = useDesk();
  const devices = [...view.devices.values()].sort(
    (a, b) => Number(a.state === 'online') - Number(b.state === 'online') || a.name.localeCompare(b.name),
  );
  const [chosen, setChosen] = useState<string>();
  const shown = chosen ?? devices[0]?.device;
  return (
    <div className="site-columns">
      <section className="panel" aria-label="Devices">
        <h2>
          Devices <span className="count">{devices.length}</span>
        </h2>
        <ul className="scroll site-devices" tabIndex={-1}>
          {devices.map(({ device, name, adapter, state, since, detail, malformed }) => (
            <li key={device}>
              <button
                type="button"
                className={`site-device ${state}`}
                data-testid={`site-device-${device}`}
                data-state={state}
                aria-pressed={device === shown}
                onClick={() => setChosen(device)}
              >
                <span className="sign" aria-hidden="true">
                  {linkWords[state].sign}
                </span>
                <span className="name">{name}</span>
                <span className="word">
                  {linkWords[state].name} <Age since={since} />
                </span>
                <span className="more">
                  {adapter}
                  {malformed > 0 && ` · ${malformed} malformed`}
                  {state !== 'online' && ` · ${detail}`}
                </span>
              </button>
            </li>
          ))}
        </ul>
      </section>
      {shown !== undefined && <DeviceDetail key={shown} device={shown} />}
    </div>
  );
}

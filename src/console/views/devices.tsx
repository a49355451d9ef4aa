import { useDesk } from '../desk-context.ts';
import { linkWords } from '../words.ts';
import { Age } from './age.tsx';
import { Rows } from './rows.tsx';

/** Every device's link; what is not online comes first. */
export function Devices() {
  const { view } = useDesk();
  const devices = [...view.devices.values()].sort(
    (a, b) => Number(a.state === 'online') - Number(b.state === 'online') || a.name.localeCompare(b.name),
  );
  const online = devices.filter(({ state }) => state === 'online').length;
  return (
    <section className="panel devices">
      <h2>
        Devices{' '}
        <span className={`count ${online === devices.length ? '' : 'bad'}`} data-testid="devices-online">
          {online === devices.length ? `all ${online} online` : `▲ ${devices.length - online} of ${devices.length} not online`}
        </span>
      </h2>
      <Rows
        label="Devices"
        rowRem={2}
        empty="No devices yet"
        rows={devices.map(({ device, name, state, since, detail }) => ({
          key: device,
          content: (
            <div className={`device-row ${state}`} title={detail} data-testid={`device-${device}`} data-state={state}>
              <span className="sign" aria-hidden="true">
                {linkWords[state].sign}
              </span>
              <span className="name">{name}</span>
              <span className="word">
                {linkWords[state].name} {state !== 'online' && <Age since={since} />}
              </span>
            </div>
          ),
        }))}
      />
    </section>
  );
}

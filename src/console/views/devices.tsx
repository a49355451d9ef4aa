import { useDesk } from '../desk-context.ts';
import { linkWords } from '../words.ts';
import { Age } from './age.tsx';
import { Rows } from './rows.tsx';

/** Every device's link; what is not online comes first, then what somebody should look at, with what it is. */
export function Devices() {
  const { view } = useDesk();
  const devices = [...view.devices.values()].sort(
    (a, b) =>
      Number(a.state === 'online') - Number(b.state === 'online') ||
      Number(a.attention === undefined) - Number(b.attention === undefined) ||
      a.name.localeCompare(b.name),
  );
  const online = devices.filter(({ state }) => state === 'online').length;
  const toLookAt = devices.filter(({ attention }) => attention !== undefined).length;
  return (
    <section className="panel devices">
      <h2>
        Devices{' '}
        <span className={`count ${online === devices.length ? '' : 'bad'}`} data-testid="devices-online">
          {online === devices.length ? `all ${online} online` : `▲ ${devices.length - online} of ${devices.length} not online`}
        </span>
        {toLookAt > 0 && <span className="count bad" data-testid="devices-attention">{` ▲ ${toLookAt} to look at`}</span>}
      </h2>
      <Rows
        label="Devices"
        rowRem={2}
        empty="No devices yet"
        rows={devices.flatMap(({ device, name, state, since, detail, attention }) => [
          {
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
          },
          ...(attention === undefined
            ? []
            : [
                {
                  key: `${device} attention`,
                  content: (
                    <p className="device-attention" title={attention} data-testid={`device-attention-${device}`}>
                      <span aria-hidden="true">▲</span> {attention}
                    </p>
                  ),
                },
              ]),
        ])}
      />
    </section>
  );
}

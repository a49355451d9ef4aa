import { useRef, useState } from 'react';
import type { RefObject, SubmitEvent } from 'react';
import { discoverySchema, interfacesSchema } from '../../../desk/integrator-schemas.ts';
import type { Discovery, Interfaces } from '../../../desk/integrator-schemas.ts';
import { rest } from '../../rest.ts';
import type { RestAnswer } from '../../rest.ts';
import { CopyButton } from './copy-button.tsx';
import { FoundDevice } from './found-device.tsx';
import type { Account } from './found-device.tsx';
import { useAnswer } from './use-answer.ts';

/** A Modbus unit scan asks 247 units, each of which may be silent. */
const SEARCH_DEADLINE_MS = 180_000;

/** Looks for devices in the network of one interface, and shows what to paste into the site file. */
export function DiscoverSection() {
  const { answer } = useAnswer(interfacesSchema, '/interfaces');
  const [found, setFound] = useState<RestAnswer<Discovery> | 'running'>();
  const form = useRef<HTMLFormElement>(null);
  if (answer === undefined) return <p className="quiet">Asking the gateway …</p>;
  if (!answer.ok) return <p className="error">{answer.message}</p>;
  const search = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    const host = fields.get('host');
    const account = accountIn(event.currentTarget);
    setFound('running');
    const body = {
      interface: fields.get('interface'),
      adapters: fields.getAll('adapter'),
      seconds: Number(fields.get('seconds')),
      ...(typeof host === 'string' && host.trim() !== '' && { host: host.trim() }),
      ...(account !== undefined && { account }),
    };
    setFound(
      body.adapters.length === 0
        ? { ok: false, status: 0, message: 'Choose at least one protocol.' }
        : await rest(discoverySchema, '/discover', { body, deadlineMs: SEARCH_DEADLINE_MS }),
    );
  };
  return (
    <div className="site-columns">
      <SearchForm form={form} possibilities={answer.value} busy={found === 'running'} onSearch={(event) => void search(event)} />
      <section className="panel" aria-label="What was found" data-testid="discovered" data-state={found === 'running' ? 'running' : 'ended'}>
        <h2>What was found</h2>
        <div className="scroll" tabIndex={0} role="region" aria-label="Devices found">
          <Outcome found={found} account={() => accountIn(form.current)} />
        </div>
      </section>
    </div>
  );
}

/** The account that is typed in; undefined where it is not complete. */
function accountIn(form: HTMLFormElement | null): Account | undefined {
  if (form === null) return undefined;
  const fields = new FormData(form);
  const [username, password] = [fields.get('username'), fields.get('password')];
  const complete = typeof username === 'string' && typeof password === 'string' && username !== '' && password !== '';
  return complete ? { username, password } : undefined;
}

interface SearchFormProps {
  readonly form: RefObject<HTMLFormElement | null>;
  readonly possibilities: Interfaces;
  readonly busy: boolean;
  readonly onSearch: (event: SubmitEvent<HTMLFormElement>) => void;
}

function SearchForm({ form, possibilities: { interfaces, adapters }, busy, onSearch }: SearchFormProps) {
  return (
    <form className="site-form scroll" ref={form} onSubmit={onSearch}>
      <label htmlFor="interface">Interface of the gateway</label>
      <select id="interface" name="interface" data-testid="interface" autoFocus>
        {[...interfaces]
          .sort((a, b) => Number(a.loopback) - Number(b.loopback))
          .map(({ name, address, netmask }) => (
            <option key={address} value={address}>
              {name}: {address} / {netmask}
            </option>
          ))}
      </select>
      <fieldset>
        <legend>Protocols</legend>
        {adapters.map(({ name, summary }) => (
          <label className="choice" key={name} title={summary}>
            <input type="checkbox" name="adapter" value={name} defaultChecked data-testid={`discover-${name}`} /> {name}
          </label>
        ))}
      </fieldset>
      <label htmlFor="host">Ask this host as well (optional)</label>
      <input id="host" name="host" placeholder="an address in that network" autoComplete="off" spellCheck={false} data-testid="discover-host" />
      <fieldset className="account">
        <legend>An account of the devices (optional)</legend>
        <label htmlFor="username">Name</label>
        <input id="username" name="username" autoComplete="off" spellCheck={false} maxLength={256} data-testid="discover-username" />
        <label htmlFor="password">Password</label>
        <input id="password" name="password" type="password" autoComplete="new-password" maxLength={1024} data-testid="discover-password" />
        <p className="quiet">
          Controllers tell their doors, and cameras show their picture, to an account alone. It is neither kept nor logged. A search sends no password
          in clear.
        </p>
      </fieldset>
      <label htmlFor="seconds">Seconds to wait for answers</label>
      <input id="seconds" name="seconds" type="number" min={1} max={30} defaultValue={4} required data-testid="discover-seconds" />
      <button type="submit" className="primary" disabled={busy} data-testid="discover">
        {busy ? 'Searching …' : 'Search'}
      </button>
      <p className="quiet">Nothing is sent beyond the network of that interface. One search runs at a time.</p>
    </form>
  );
}

interface OutcomeProps {
  readonly found: RestAnswer<Discovery> | 'running' | undefined;
  readonly account: () => Account | undefined;
}

function Outcome({ found, account }: OutcomeProps) {
  if (found === undefined) return <p className="quiet">Nothing was searched yet.</p>;
  if (found === 'running') return <p role="status">Waiting for answers …</p>;
  if (!found.ok) return <p className="error">{found.message}</p>;
  const { devices, fragment, failures } = found.value;
  return (
    <>
      {failures.map(({ adapter, message }) => (
        <p className="error" key={adapter}>
          {adapter}: {message}
        </p>
      ))}
      <p role="status" data-testid="discovered-count">
        {devices.length === 0 ? 'No device answered. Is it in that network, and is its discovery switched on?' : `${devices.length} found`}
      </p>
      <ul className="found">
        {devices.map((device) => (
          <FoundDevice key={`${device.adapter} ${device.id}`} device={device} account={account} />
        ))}
      </ul>
      {fragment !== '' && (
        <>
          <h2>
            For the site file <CopyButton text={fragment} textId="fragment" />
          </h2>
          <pre id="fragment" data-testid="fragment">
            {fragment}
          </pre>
        </>
      )}
    </>
  );
}

import { useState } from 'react';
import type { SubmitEvent } from 'react';
import { discoverySchema, interfacesSchema } from '../../../desk/integrator-schemas.ts';
import type { Discovery, Interfaces } from '../../../desk/integrator-schemas.ts';
import { rest } from '../../rest.ts';
import type { RestAnswer } from '../../rest.ts';
import { CopyButton } from './copy-button.tsx';
import { useAnswer } from './use-answer.ts';

/** A Modbus unit scan asks 247 units, each of which may be silent. */
const SEARCH_DEADLINE_MS = 180_000;

/** Looks for devices in the network of one interface, and shows what to paste into the site file. */
export function DiscoverSection() {
  const { answer } = useAnswer(interfacesSchema, '/interfaces');
  const [found, setFound] = useState<RestAnswer<Discovery> | 'running'>();
  if (answer === undefined) return <p className="quiet">Asking the gateway …</p>;
  if (!answer.ok) return <p className="error">{answer.message}</p>;
  const search = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    const host = fields.get('host');
    setFound('running');
    const body = {
      interface: fields.get('interface'),
      adapters: fields.getAll('adapter'),
      seconds: Number(fields.get('seconds')),
      ...(typeof host === 'string' && host.trim() !== '' && { host: host.trim() }),
    };
    setFound(
      body.adapters.length === 0
        ? { ok: false, status: 0, message: 'Choose at least one protocol.' }
        : await rest(discoverySchema, '/discover', { body, deadlineMs: SEARCH_DEADLINE_MS }),
    );
  };
  return (
    <div className="site-columns">
      <SearchForm possibilities={answer.value} busy={found === 'running'} onSearch={(event) => void search(event)} />
      <section className="panel" aria-label="What was found" data-testid="discovered" data-state={found === 'running' ? 'running' : 'ended'}>
        <h2>What was found</h2>
        <div className="scroll" tabIndex={0} role="region" aria-label="Devices found">
          <Outcome found={found} />
        </div>
      </section>
    </div>
  );
}

interface SearchFormProps {
  readonly possibilities: Interfaces;
  readonly busy: boolean;
  readonly onSearch: (event: SubmitEvent<HTMLFormElement>) => void;
}

function SearchForm({ possibilities: { interfaces, adapters }, busy, onSearch }: SearchFormProps) {
  return (
    <form className="site-form" onSubmit={onSearch}>
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
      <label htmlFor="seconds">Seconds to wait for answers</label>
      <input id="seconds" name="seconds" type="number" min={1} max={30} defaultValue={4} required data-testid="discover-seconds" />
      <button type="submit" className="primary" disabled={busy} data-testid="discover">
        {busy ? 'Searching …' : 'Search'}
      </button>
      <p className="quiet">Nothing is sent beyond the network of that interface. One search runs at a time.</p>
    </form>
  );
}

function Outcome({ found }: { readonly found: RestAnswer<Discovery> | 'running' | undefined }) {
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
        {devices.map(({ adapter, id, name, remark, known }) => (
          <li key={`${adapter} ${id}`} data-testid="discovered-device">
            <strong>{name}</strong> <span className="quiet">{adapter}</span>
            {known && <span className="quiet"> · the site has a device of that identifier</span>}
            {remark !== undefined && <span className="remark">{remark}</span>}
          </li>
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

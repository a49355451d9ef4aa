import type { DiscoverOptions, DiscoveredDevice } from '../../src/adapter/contract.ts';
import { SoapClient } from './client.ts';
import { ACCESS_CONTROL, DOOR_CONTROL, findServices, measureClockOffset } from './device.ts';
import type { Target } from './http.ts';
import { RequestWriter } from './requests.ts';
import { childrenOf, escapeXml, textAt } from './xml.ts';
import type { Element } from './xml.ts';

type Point = DiscoveredDevice['points'][number];

/** More pages than any controller's list has. */
const MOST_PAGES = 50;

/**
 * The doors and readers of an access controller, by its own lists. It has to be asked with an account: no device tells them to strangers.
 * @throws Error when it does not answer, or refuses the account.
 */
export async function listDoors(
  device: { readonly id: string; readonly host: string; readonly port: number },
  account: NonNullable<DiscoverOptions['account']>,
  { interface: { address: localAddress }, clock, signal, timeoutMs }: DiscoverOptions,
): Promise<Point[]> {
  const requests = new RequestWriter(clock, account.username, account.password);
  const settings = { ...account, host: device.host, port: device.port, timeoutMs, localAddress, neverInClear: true } as const;
  const client = new SoapClient(settings, clock, requests, () => undefined);
  await measureClockOffset(client, clock, requests, { signal });
  const { doors, accessPoints } = await findServices(client, { signal });
  const list = (target: Target | undefined, namespace: string, what: 'DoorInfo' | 'AccessPointInfo') =>
    target === undefined ? Promise.resolve([]) : readList(client, target, namespace, what, signal);
  const prefix = device.id.slice('onvif-'.length);
  const found = (await list(doors, DOOR_CONTROL, 'DoorInfo')).map((info, at): Point => ({
    ...named(info, `door-${prefix}-${at + 1}`),
    type: 'door',
  }));
  const doorOf = new Map(found.map(({ id, at }) => [(at as { token: string }).token, id]));
  const readers = (await list(accessPoints, ACCESS_CONTROL, 'AccessPointInfo')).map((info, at): Point => {
    // Access Control, 5.3.1: the entity that it gives access to, a door unless it says otherwise.
    const parent = doorOf.get(textAt(info, 'Entity') ?? '');
    return { ...named(info, `reader-${prefix}-${at + 1}`), type: 'reader', ...(parent !== undefined && { parent }) };
  });
  return [...found, ...readers];
}

/** Door Control, 5.2.2 and Access Control, 5.2.2: in pages, each naming where the next begins. */
async function readList(client: SoapClient, target: Target, namespace: string, what: string, signal: AbortSignal): Promise<Element[]> {
  const all: Element[] = [];
  let next: string | undefined;
  for (let page = 0; page < MOST_PAGES && (page === 0 || next !== undefined); page += 1) {
    const from = next === undefined ? '' : `<StartReference>${escapeXml(next)}</StartReference>`;
    const reply = await client.ask(target, (requests) => requests.plain(namespace, `Get${what}List`, from), { signal });
    all.push(...childrenOf(reply, what));
    next = textAt(reply, 'NextStartReference');
  }
  return all;
}

function named(info: Element, id: string): Pick<Point, 'id' | 'name' | 'at'> {
  const token = info.attributes.get('token') ?? '';
  const name = (textAt(info, 'Name') ?? '').replace(/[\p{C}\s]+/gu, ' ').trim();
  return { id, name: (name === '' ? token : name).slice(0, 80), at: { token } };
}

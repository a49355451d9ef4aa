import { defineAdapter } from '../../src/adapter/contract.ts';
import { accessKinds } from './access-map.ts';
import { connect } from './connect.ts';
import { discover } from './discover.ts';
import { doorKinds } from './door-map.ts';
import { doorAt, options, readerAt } from './options.ts';

/** Doors and readers of BACnet/IP door controllers (ASHRAE 135-2020, Access Door and Access Point objects). */
export default defineAdapter({
  name: 'bacnet-door',
  summary: 'Doors and readers of BACnet/IP controllers: Access Door and Access Point objects, by COV and polling',
  kinds: [...doorKinds, 'door.exit-request', ...accessKinds],
  options,
  points: { door: doorAt, reader: readerAt },
  connect,
  discover,
});

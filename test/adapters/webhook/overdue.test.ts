import assert from 'node:assert/strict';
import { JournalledGateway } from '../../support/journalled-gateway.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { until } from '../../support/until.ts';
import { TOKEN, doors, listen, mappings } from './bench.ts';
import type { Listening } from './bench.ts';

const AFTER_MS = 600_000;

describe('the webhook adapter and a state whose end is never sent', () => {
  let clock: ManualClock;
  let gateway: JournalledGateway;
  let listening: Listening;

  const open = async () => {
    const uncertain = mappings.map((mapping) => ({ ...mapping, uncertainAfterSeconds: AFTER_MS / 1000 }));
    listening = await listen({ mappings: uncertain }, doors, gateway.host(doors));
  };
  const close = async () => {
    listening.host.abort();
    await listening.connection.done;
  };
  beforeEach(async () => {
    clock = new ManualClock();
    gateway = new JournalledGateway(clock);
    await open();
    await send('open');
  });
  afterEach(async () => {
    await close();
    gateway.close();
    assert.equal(clock.waiting, 0);
  });

  const send = async (type: string) => {
    const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' };
    const { status } = await fetch(listening.url, { method: 'POST', headers, body: JSON.stringify({ type, door: 'A' }) });
    assert.equal(status, 200);
  };
  const phases = () => gateway.phases('door-a', 'door.open');
  const uncertain = () => until('uncertain', () => phases().at(-1) === 'uncertain');

  it('becomes uncertain after the time that its mapping gives it', async () => {
    clock.advance(AFTER_MS - 1);
    assert.deepEqual(phases(), ['raised']);
    clock.advance(1);
    await uncertain();
  });

  it('becomes uncertain although the gateway was restarted', async () => {
    await close();
    gateway.restart();
    await open();
    clock.advance(AFTER_MS);
    await uncertain();
  });

  it('does not once it was over', async () => {
    await send('closed');
    assert.deepEqual(phases(), ['raised', 'restored']);
    assert.equal(clock.waiting, 0);
  });
});

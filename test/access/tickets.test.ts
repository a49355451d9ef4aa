import assert from 'node:assert/strict';
import { TICKET_SECONDS, Tickets } from '../../src/access/tickets.ts';
import type { TicketClaim } from '../../src/access/tickets.ts';
import { ManualClock } from '../support/manual-clock.ts';

const claim: TicketClaim = { purpose: 'video', camera: 'cam-1', user: 'dana', session: 'session of dana' };

describe('ticket', () => {
  const clock = new ManualClock();
  const tickets = new Tickets(clock);

  it('admits once to what it was made for', () => {
    const { ticket, expiresAt } = tickets.issue(claim);
    assert.equal(expiresAt, clock.now() + TICKET_SECONDS * 1000);
    assert.equal(tickets.redeem(ticket, claim), undefined);
    assert.match(tickets.redeem(ticket, claim) ?? '', /used already/);
  });

  it('admits to nothing else: no other camera, user, session or purpose', () => {
    const others: Partial<TicketClaim>[] = [{ camera: 'cam-2' }, { user: 'eve' }, { session: 'a later session of dana' }, { purpose: 'clip' }];
    const { ticket } = tickets.issue(claim);
    for (const other of others) assert.match(tickets.redeem(ticket, { ...claim, ...other }) ?? '', /not for this/, JSON.stringify(other));
    assert.equal(tickets.redeem(ticket, claim), undefined, 'what was refused has not used it up');
  });

  it('ends when its time is over', () => {
    const { ticket } = tickets.issue(claim);
    clock.advance(TICKET_SECONDS * 1000);
    assert.match(tickets.redeem(ticket, claim) ?? '', /expired/);
  });

  it('cannot be made or prolonged without the key', () => {
    const { ticket } = tickets.issue(claim);
    const [expires = '', nonce, signature] = ticket.split('.');
    const later = (parseInt(expires, 36) + 60_000).toString(36);
    for (const forged of [`${later}.${nonce}.${signature}`, `${expires}.${nonce}x.${signature}`, `${expires}.${nonce}.${'A'.repeat(43)}`]) {
      assert.match(tickets.redeem(forged, claim) ?? '', /not for this/, forged);
    }
    assert.notEqual(new Tickets(clock).redeem(ticket, claim), undefined, 'of a gateway that was started again');
    for (const nothing of [undefined, '', 'x', '..', `${ticket}.more`]) assert.match(tickets.redeem(nothing, claim) ?? '', /is needed/);
  });
});

import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { asyncScheduler, Subject } from 'rxjs';
import { openAlarmPath } from '../../../src/alarm-path.ts';
import { correlate } from '../../../src/correlation/engine.ts';
import type { Rule } from '../../../src/correlation/rule-schema.ts';
import { siteFacts } from '../../../src/correlation/site-facts.ts';
import { systemClock } from '../../../src/domain/clock.ts';
import type { LocatedEvent } from '../../../src/domain/event.ts';
import type { Site } from '../../../src/domain/site.ts';
import { Journal } from '../../../src/intake/journal.ts';
import { locator } from '../../../src/intake/locate.ts';
import { BookWriter } from '../../../src/store/book-writer.ts';
import { openStore } from '../../../src/store/database.ts';
import { IncidentStore } from '../../../src/store/incident-store.ts';

const log = pino({ level: 'warn' });
const OPEN = 1000;

/**
 * Measures how long a gateway's state takes to come back: a journal of `events` (a day's worth, evenly), a thousand open incidents,
 * and either a book that accounts for everything or one that accounts for nothing (the worst crash).
 */
export async function measureRecovery(events: number, site: Site, rules: readonly Rule[]): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-'));
  const file = join(folder, 'bench.db');
  fill(file, events, site, rules);
  console.log(
    `\nrecovery: ${events.toLocaleString('en-US')} journalled events, ${OPEN.toLocaleString('en-US')} open incidents, ${rules.length} rules`,
  );
  for (const [what, accounted] of [
    ['the book accounts for all of the journal', true],
    ['the book accounts for nothing: every event again', false],
  ] as const) {
    const began = performance.now();
    const open = recover(file, site, rules, accounted);
    console.log(`  ${what.padEnd(50)} ${((performance.now() - began) / 1000).toFixed(2)} s (${open} incidents)`);
  }
  await Promise.resolve();
  rmSync(folder, { recursive: true, force: true });
}

function fill(file: string, events: number, site: Site, rules: readonly Rule[]): void {
  const store = openStore(file);
  const journal = new Journal(store);
  const book = new BookWriter(new IncidentStore(store), 0, log);
  const locate = locator(site);
  const now = systemClock.now();
  const found = new Subject<LocatedEvent>();
  const running = correlate(found, rules, { site: siteFacts(site), scheduler: asyncScheduler }).subscribe((each) => {
    if (each.type !== 'effect') book.apply({ type: 'finding', finding: each });
  });
  for (let from = 0; from < events; from += 10_000) {
    const batch = Array.from({ length: Math.min(10_000, events - from) }, (_, offset) => {
      const index = from + offset;
      const at = Math.round(now - ((events - index) / events) * 24 * 3_600_000);
      const door = Math.floor(index / 2) % site.doors.length;
      const base = { id: randomUUID(), device: 'controller', receivedAt: at, eventAt: at, details: {} };
      return { ...base, kind: 'door.unlocked' as const, point: `door-${door}`, phase: index % 2 === 0 ? ('raised' as const) : ('restored' as const) };
    });
    journal.append(batch);
  }
  const kinds = ['door.forced', 'door.held', 'door.tamper'] as const;
  const alarms = Array.from({ length: OPEN }, (_, index) => {
    const base = { id: randomUUID(), device: 'controller', receivedAt: now, eventAt: now, details: {}, phase: 'raised' as const };
    return { ...base, kind: kinds[Math.floor(index / site.doors.length)] ?? 'door.forced', point: `door-${index % site.doors.length}` };
  });
  const first = journal.append(alarms)[0] ?? 0;
  for (const [index, event] of alarms.entries()) found.next({ ...event, seq: first + index, ...locate(event.point) });
  book.reached(journal.lastPosition());
  book.flush();
  running.unsubscribe();
  store.close();
}

/** What a gateway does before it listens, without devices and video. */
function recover(file: string, site: Site, rules: readonly Rule[], accounted: boolean): number {
  const store = openStore(file);
  if (!accounted) store.exec('DELETE FROM book_position');
  const path = openAlarmPath({ store, site, rules, clock: systemClock, log, problems: new Set() });
  path.close();
  store.close();
  return path.book.incidents.size;
}

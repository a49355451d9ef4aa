import { basename } from 'node:path';
import type { Observable } from 'rxjs';
import type { Audit } from './access/audit.ts';
import type { Desk } from './desk/desk.ts';
import type { Health } from './desk/schemas.ts';
import type { Intake } from './intake/intake.ts';
import type { BookWriter } from './store/book-writer.ts';
import type { ProcedureStore } from './store/procedure-store.ts';

export interface HealthOptions {
  readonly intake: Pick<Intake, 'journalFails'>;
  readonly book: Pick<BookWriter, 'storeFails' | 'notStored'>;
  readonly audit: Pick<Audit, 'fails'>;
  readonly procedures: Pick<ProcedureStore, 'fails'>;
  readonly desk: Desk;
  /** What other parts have found wrong. */
  readonly problems: ReadonlySet<string>;
  /** Where a damaged database was put at the start. */
  readonly setAside: string | undefined;
  /** What others should look at although the gateway does its work, such as who cannot be told of incidents. */
  readonly notices?: () => readonly string[];
  /** When to look. */
  readonly checks: Observable<unknown>;
}

/** What the gateway has trouble with, for `/readyz`, and told to every console when it changes. */
export interface HealthWatch {
  /** Why the gateway cannot do its work right now; empty when it can. */
  problems(): readonly string[];
  /** What somebody should look at all the same. */
  notices(): readonly string[];
  stop(): void;
}

export function watchHealth({ intake, book, audit, procedures, desk, problems, setAside, notices = () => [], checks }: HealthOptions): HealthWatch {
  const now = () => [
    ...problems,
    ...(intake.journalFails
      ? ['the journal cannot be written: what happens is shown, but devices are not acknowledged and a restart would forget it; look at the disk']
      : []),
    ...(book.storeFails ? ['incidents cannot be stored: a restart would forget them; look at the disk'] : []),
    ...(procedures.fails ? ['answers to procedures cannot be stored: a restart would forget them; look at the disk'] : []),
    ...(audit.fails ? ['the log cannot be written: its lines wait in memory; look at the disk'] : []),
  ];
  const aside =
    setAside === undefined
      ? []
      : [`the database was damaged when the gateway started: it is kept as ${basename(setAside)}, and this one began without incidents`];
  const worthKnowing = () => [...aside, ...notices()];
  let told = JSON.stringify({ problems: [], notStored: [] } satisfies Health);
  const watching = checks.subscribe(() => {
    const health: Health = { problems: [...now(), ...worthKnowing()], notStored: book.notStored };
    const text = JSON.stringify(health);
    if (text === told) return;
    told = text;
    desk.publish({ health });
  });
  return { problems: now, notices: worthKnowing, stop: () => watching.unsubscribe() };
}

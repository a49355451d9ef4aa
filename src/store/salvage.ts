import Database from 'better-sqlite3';

/** Who may sign in and who proves who he is: without these nobody sees the alarms of a database that began anew. Accounts come before their sessions. */
const tables = {
  account: ['name', 'role', 'password_hash', 'created_at'],
  session: ['hash', 'account', 'expires_at'],
  token: ['hash', 'name', 'role', 'created_at'],
  pass_code: ['name', 'hash', 'duress_hash'],
} as const;

/** How many rows of each table could be read. */
export type Salvaged = Readonly<Record<keyof typeof tables, number>>;

/** Copies accounts, sessions, tokens and pass-codes out of a damaged database, as far as they can be read. The damaged file is only read. */
export function salvage(damaged: string, into: Database.Database): Salvaged {
  const salvaged = { account: 0, session: 0, token: 0, pass_code: 0 };
  let store: Database.Database;
  try {
    store = new Database(damaged, { readonly: true });
  } catch {
    return salvaged;
  }
  try {
    into.transaction(() => {
      for (const table of ['account', 'session', 'token', 'pass_code'] as const) salvaged[table] = copied(store, into, table);
    })();
  } finally {
    store.close();
  }
  return salvaged;
}

function copied(from: Database.Database, into: Database.Database, table: keyof typeof tables): number {
  const columns = tables[table];
  const insert = into.prepare(`INSERT INTO ${table} (${columns.join()}) VALUES (${columns.map((column) => `@${column}`).join()})`);
  let count = 0;
  for (const row of readable(from, `SELECT ${columns.join()} FROM ${table}`)) {
    try {
      insert.run(row);
      count += 1;
    } catch {
      // A row that makes no sense, such as a session whose account was not readable.
    }
  }
  return count;
}

/** The rows in front of the damage. */
function* readable(store: Database.Database, sql: string): Generator {
  try {
    yield* store.prepare(sql).iterate();
  } catch {
    // What lies behind a damaged page cannot be reached; a table that an earlier version did not have is missed by nobody.
  }
}

/** The schema's history. Append only: what has been released is never changed. */
export const migrations: readonly string[] = [
  `
  -- Every accepted event, in the order of acceptance. Nothing is acknowledged to a device before its row is committed.
  CREATE TABLE journal (
    seq         INTEGER PRIMARY KEY,
    id          TEXT NOT NULL,
    device      TEXT NOT NULL,
    point       TEXT NOT NULL,
    kind        TEXT NOT NULL,
    phase       TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    event_at    INTEGER NOT NULL,
    repeat_key  TEXT,
    event       TEXT NOT NULL          -- JSON of what has no column
  ) STRICT;
  CREATE INDEX journal_state ON journal (point, kind, seq);
  CREATE INDEX journal_repeat ON journal (received_at, repeat_key) WHERE repeat_key IS NOT NULL;

  -- The latest revision of each incident.
  CREATE TABLE incident (
    id        TEXT PRIMARY KEY,
    state     TEXT NOT NULL,
    opened_at INTEGER NOT NULL,
    closed_at INTEGER,
    incident  TEXT NOT NULL            -- JSON
  ) STRICT;
  CREATE INDEX incident_opened ON incident (opened_at);
  CREATE INDEX incident_open ON incident (id) WHERE state <> 'closed';

  -- How far the book has worked through the journal; written with the incidents, in one transaction.
  CREATE TABLE book_position (one INTEGER PRIMARY KEY CHECK (one = 1), seq INTEGER NOT NULL) STRICT;

  -- Who did what, and what the gateway did by itself.
  CREATE TABLE log (
    id       INTEGER PRIMARY KEY,
    at       INTEGER NOT NULL,
    by       TEXT NOT NULL,
    text     TEXT NOT NULL,
    incident TEXT,
    point    TEXT
  ) STRICT;

  CREATE TABLE account (
    name          TEXT PRIMARY KEY,
    role          TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    created_at    INTEGER NOT NULL
  ) STRICT;

  -- Only hashes: who reads the file cannot sign in with what he finds.
  CREATE TABLE session (
    hash       TEXT PRIMARY KEY,
    account    TEXT NOT NULL REFERENCES account (name) ON DELETE CASCADE,
    expires_at INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE token (
    hash       TEXT PRIMARY KEY,
    name       TEXT NOT NULL UNIQUE,
    role       TEXT NOT NULL,
    created_at INTEGER NOT NULL
  ) STRICT;
  `,
  `
  -- Shelvings, points out of service, tests: what people (or the gateway) decided about alarms, each with an end.
  CREATE TABLE measure (
    id       TEXT PRIMARY KEY,
    ended_at INTEGER,
    measure  TEXT NOT NULL             -- JSON
  ) STRICT;
  CREATE INDEX measure_in_force ON measure (id) WHERE ended_at IS NULL;
  `,
  `
  -- How far the procedure of each incident has come.
  CREATE TABLE procedure_run (
    incident TEXT PRIMARY KEY,
    run      TEXT NOT NULL             -- JSON
  ) STRICT;

  -- Argon2id hashes: nobody who reads the file can pass a code off as his own.
  CREATE TABLE pass_code (
    name        TEXT PRIMARY KEY,
    hash        TEXT NOT NULL,
    duress_hash TEXT
  ) STRICT;
  `,
  `
  -- How far the escalation of each incident has gone.
  CREATE TABLE escalation (
    incident   TEXT PRIMARY KEY,
    escalation TEXT NOT NULL           -- JSON
  ) STRICT;

  -- Messages to the chain of command: written with the escalation, in one transaction, and sent until they are taken or withdrawn.
  CREATE TABLE outbox (
    id         TEXT PRIMARY KEY,
    incident   TEXT NOT NULL,
    contact    TEXT NOT NULL,
    body       TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    next_at    INTEGER NOT NULL,
    attempts   INTEGER NOT NULL,
    state      TEXT NOT NULL           -- waiting, delivered, withdrawn, given-up
  ) STRICT;
  CREATE INDEX outbox_waiting ON outbox (next_at) WHERE state = 'waiting';
  `,
  `
  -- Why the latest attempt to send a message failed.
  ALTER TABLE outbox ADD COLUMN problem TEXT;
  CREATE INDEX outbox_incident ON outbox (incident);
  `,
  `
  -- Doors that threat levels command: what each is to be, how far it has come, and what it was before. The levels in force are in the journal.
  CREATE TABLE threat_door (
    door TEXT PRIMARY KEY,
    held TEXT NOT NULL                 -- JSON
  ) STRICT;
  `,
];

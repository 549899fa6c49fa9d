CREATE TABLE meta (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
) WITHOUT ROWID;

-- One row a channel: its newest seq and the fold of its events.
CREATE TABLE channels (
  id       INTEGER PRIMARY KEY,
  name     TEXT NOT NULL UNIQUE,
  kind     TEXT NOT NULL,
  seq      INTEGER NOT NULL DEFAULT 0,
  oldest   INTEGER NOT NULL DEFAULT 1,
  position INTEGER NOT NULL DEFAULT 0,
  state    BLOB NOT NULL DEFAULT X''
);
CREATE INDEX channels_by_kind ON channels (kind);

CREATE TABLE events (
  position INTEGER PRIMARY KEY,
  channel  INTEGER NOT NULL REFERENCES channels (id),
  kind     TEXT NOT NULL,
  seq      INTEGER NOT NULL,
  type     TEXT NOT NULL,
  at       INTEGER NOT NULL,
  data     BLOB NOT NULL
);
CREATE UNIQUE INDEX events_by_channel ON events (channel, seq);
CREATE INDEX events_by_kind ON events (kind);

-- (device, id) and every other key that must never count twice: for ever, not for a while.
CREATE TABLE seen_keys (
  scope       TEXT NOT NULL,
  key         TEXT NOT NULL,
  position    INTEGER NOT NULL,
  fingerprint TEXT NOT NULL,
  PRIMARY KEY (scope, key)
) WITHOUT ROWID;

CREATE TABLE documents (
  collection TEXT NOT NULL,
  key        TEXT NOT NULL,
  body       BLOB NOT NULL,
  PRIMARY KEY (collection, key)
) WITHOUT ROWID;

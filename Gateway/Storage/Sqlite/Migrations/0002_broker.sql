CREATE TABLE retained (
  topic      TEXT PRIMARY KEY,
  payload    BLOB NOT NULL,
  qos        INTEGER NOT NULL,
  expires_at INTEGER,
  properties BLOB NOT NULL
) WITHOUT ROWID;

CREATE TABLE sessions (
  client     TEXT PRIMARY KEY,
  owner      TEXT NOT NULL,
  expiry     INTEGER NOT NULL,
  expires_at INTEGER,
  will       BLOB,
  will_at    INTEGER,
  sent_up_to INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE subscriptions (
  client     TEXT NOT NULL,
  filter     TEXT NOT NULL,
  options    INTEGER NOT NULL,
  identifier INTEGER,
  PRIMARY KEY (client, filter)
) WITHOUT ROWID;

-- A message is kept once, however many sessions are owed it.
CREATE TABLE messages (
  id         INTEGER PRIMARY KEY,
  topic      TEXT NOT NULL,
  payload    BLOB NOT NULL,
  qos        INTEGER NOT NULL,
  retain     INTEGER NOT NULL,
  expires_at INTEGER,
  properties BLOB NOT NULL
);

CREATE TABLE owed (
  client      TEXT NOT NULL,
  message     INTEGER NOT NULL,
  qos         INTEGER NOT NULL,
  retain      INTEGER NOT NULL,
  identifiers TEXT,
  received    INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (client, message)
) WITHOUT ROWID;
CREATE INDEX owed_by_message ON owed (message);

-- QoS 2 packet ids in use by their clients.
CREATE TABLE incoming (
  client TEXT NOT NULL,
  packet INTEGER NOT NULL,
  PRIMARY KEY (client, packet)
) WITHOUT ROWID;

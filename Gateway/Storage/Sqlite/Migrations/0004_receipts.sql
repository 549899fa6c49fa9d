-- What subscribers were sent and have acknowledged: ranges with times, (after, through]. user is '' for nobody in particular.
CREATE TABLE receipts (
  channel    INTEGER NOT NULL REFERENCES channels (id),
  subscriber TEXT NOT NULL,
  user       TEXT NOT NULL,
  step       INTEGER NOT NULL,
  through    INTEGER NOT NULL,
  after      INTEGER NOT NULL,
  at         INTEGER NOT NULL,
  connected  INTEGER,
  PRIMARY KEY (channel, subscriber, user, step, through)
) WITHOUT ROWID;

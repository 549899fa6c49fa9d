-- The shared subscription that a message came through: should its session end first, another member is owed it.
ALTER TABLE owed ADD COLUMN share TEXT;

-- How far a subscription has been handed the retained messages that it matched: '' is not at all, NULL is completely.
ALTER TABLE subscriptions ADD COLUMN replayed TEXT;

CREATE INDEX messages_by_expiry ON messages (expires_at) WHERE expires_at IS NOT NULL;
CREATE INDEX retained_by_expiry ON retained (expires_at) WHERE expires_at IS NOT NULL;

-- What happens while a calendar cannot be read is chosen for each connection, as is what becomes of events that are edited later.
ALTER TABLE connections ADD COLUMN when_stale TEXT NOT NULL DEFAULT 'use-last-known';
UPDATE connections SET when_stale = (SELECT s.when_stale FROM staff s WHERE s.id = connections.staff_id);
ALTER TABLE staff DROP COLUMN when_stale;

DROP VIEW watched_calendars;
CREATE VIEW watched_calendars AS
SELECT r.id, r.connection_id, c.staff_id, r.url, r.name, r.color, r.zone, r.readable, r.all_day_blocks, r.synced_at,
    r.vanished_at, r.horizon_to, r.search_fails, c.state, c.when_stale,
    COALESCE(s.primary_calendar_id = r.id, FALSE) AS is_primary
FROM remote_calendars r
JOIN connections c ON c.id = r.connection_id
JOIN staff s ON s.id = c.staff_id
WHERE c.disconnected_at IS NULL AND (r.checked_for_conflicts OR s.primary_calendar_id = r.id);

-- Where events stay as first imported, one that was changed or deleted since has up to two rows: as it was first imported, which is
-- shown, and as it is on the server now, which is not. The instances of both block.
ALTER TABLE external_events ADD COLUMN is_present BOOLEAN NOT NULL DEFAULT TRUE;
ALTER TABLE external_events ADD COLUMN is_shown BOOLEAN NOT NULL DEFAULT TRUE;
ALTER TABLE external_events DROP CONSTRAINT external_events_remote_calendar_id_href_key;
ALTER TABLE external_events ADD UNIQUE (remote_calendar_id, href, is_present);
-- What they are by now is found by comparing them.
UPDATE remote_calendars SET compared_at = NULL
WHERE connection_id IN (SELECT id FROM connections WHERE import_policy = 'as-first-imported');

-- How long the longest event is tells how far from an appointment those end that lie over it.
CREATE INDEX external_instances_length ON external_instances (remote_calendar_id, (ends_at - starts_at));

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

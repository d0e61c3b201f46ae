-- When all that lies in a calendar was last compared with what is stored, up to when its events were wanted then (fewer
-- are kept when there are too many), and whether the server fails to search it by time.
ALTER TABLE remote_calendars ADD COLUMN compared_at BIGINT;
ALTER TABLE remote_calendars ADD COLUMN horizon_wanted BIGINT;
ALTER TABLE remote_calendars ADD COLUMN search_fails BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE remote_calendars ADD COLUMN search_problem TEXT;
UPDATE remote_calendars SET horizon_wanted = horizon_to;

-- Time after what was read is not free.
DROP VIEW watched_calendars;
CREATE VIEW watched_calendars AS
SELECT r.id, r.connection_id, c.staff_id, r.url, r.name, r.color, r.zone, r.readable, r.all_day_blocks, r.synced_at,
    r.vanished_at, r.horizon_to, r.search_fails, c.state, c.import_policy,
    COALESCE(s.primary_calendar_id = r.id, FALSE) AS is_primary
FROM remote_calendars r
JOIN connections c ON c.id = r.connection_id
JOIN staff s ON s.id = c.staff_id
WHERE c.disconnected_at IS NULL AND (r.checked_for_conflicts OR s.primary_calendar_id = r.id);

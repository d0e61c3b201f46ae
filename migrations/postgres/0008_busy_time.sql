-- Free times are asked for from today on, so that what is over must not be looked at: a span's end comes first.
DROP INDEX blocked_time_staff;
CREATE INDEX blocked_time_span ON blocked_time (staff_id, ends_at, starts_at);
DROP INDEX external_instances_span;
CREATE INDEX external_instances_span ON external_instances (remote_calendar_id, ends_at, starts_at);

-- The primary and the conflict calendars of connected accounts: those whose events block time.
CREATE VIEW watched_calendars AS
SELECT r.id, r.connection_id, c.staff_id, r.url, r.name, r.color, r.zone, r.readable, r.all_day_blocks, r.synced_at,
    r.vanished_at, c.state, c.import_policy, COALESCE(s.primary_calendar_id = r.id, FALSE) AS is_primary
FROM remote_calendars r
JOIN connections c ON c.id = r.connection_id
JOIN staff s ON s.id = c.staff_id
WHERE c.disconnected_at IS NULL AND (r.checked_for_conflicts OR s.primary_calendar_id = r.id);

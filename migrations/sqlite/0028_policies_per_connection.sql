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
CREATE TABLE external_events_now (
    id BLOB PRIMARY KEY,
    remote_calendar_id BLOB NOT NULL REFERENCES remote_calendars (id) ON DELETE CASCADE,
    href TEXT NOT NULL,
    etag TEXT,
    uid TEXT NOT NULL,
    ics TEXT NOT NULL,
    problem TEXT,
    is_present BOOLEAN NOT NULL DEFAULT TRUE,
    is_shown BOOLEAN NOT NULL DEFAULT TRUE,
    UNIQUE (remote_calendar_id, href, is_present)
);
INSERT INTO external_events_now (id, remote_calendar_id, href, etag, uid, ics, problem)
SELECT id, remote_calendar_id, href, etag, uid, ics, problem FROM external_events;
CREATE TABLE external_instances_now (
    event_id BLOB NOT NULL REFERENCES external_events_now (id) ON DELETE CASCADE,
    remote_calendar_id BLOB NOT NULL,
    starts_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    all_day_from TEXT,
    all_day_to TEXT,
    uid TEXT NOT NULL,
    summary TEXT NOT NULL,
    location TEXT,
    blocks TEXT NOT NULL
);
INSERT INTO external_instances_now SELECT event_id, remote_calendar_id, starts_at, ends_at, all_day_from, all_day_to, uid, summary,
    location, blocks FROM external_instances;
DROP TABLE external_instances;
DROP TABLE external_events;
ALTER TABLE external_events_now RENAME TO external_events;
ALTER TABLE external_instances_now RENAME TO external_instances;
CREATE INDEX external_events_problem ON external_events (remote_calendar_id, id) WHERE problem IS NOT NULL;
CREATE INDEX external_instances_event ON external_instances (event_id);
CREATE INDEX external_instances_span ON external_instances (
    remote_calendar_id, ends_at, starts_at, (starts_at || ' ' || ends_at || ' ' || blocks)
);
-- What they are by now is found by comparing them.
UPDATE remote_calendars SET compared_at = NULL
WHERE connection_id IN (SELECT id FROM connections WHERE import_policy = 'as-first-imported');

-- How long the longest event is tells how far from an appointment those end that lie over it.
CREATE INDEX external_instances_length ON external_instances (remote_calendar_id, (ends_at - starts_at));

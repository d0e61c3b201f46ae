-- Words that are known, and no others. A column is made anew with its list of words, as SQLite adds none to one that is there; the
-- default is only for the moment until each row has its own.
DROP VIEW watched_calendars;
ALTER TABLE staff RENAME COLUMN role TO any_role;
ALTER TABLE staff ADD COLUMN role TEXT NOT NULL DEFAULT 'owner' CHECK (role IN ('owner', 'admin', 'staff'));
UPDATE staff SET role = any_role;
ALTER TABLE staff DROP COLUMN any_role;

ALTER TABLE connections RENAME COLUMN server TO any_server;
ALTER TABLE connections ADD COLUMN server TEXT NOT NULL DEFAULT 'icloud' CHECK (server IN ('icloud', 'caldav'));
UPDATE connections SET server = any_server;
ALTER TABLE connections DROP COLUMN any_server;

ALTER TABLE connections RENAME COLUMN state TO any_state;
ALTER TABLE connections ADD COLUMN state TEXT NOT NULL DEFAULT 'connected'
    CHECK (state IN ('connected', 'needs-attention', 'stale', 'disconnected'));
UPDATE connections SET state = any_state;
ALTER TABLE connections DROP COLUMN any_state;

ALTER TABLE connections RENAME COLUMN import_policy TO any_import_policy;
ALTER TABLE connections ADD COLUMN import_policy TEXT NOT NULL DEFAULT 'keep-up'
    CHECK (import_policy IN ('keep-up', 'as-first-imported'));
UPDATE connections SET import_policy = any_import_policy;
ALTER TABLE connections DROP COLUMN any_import_policy;

ALTER TABLE connections RENAME COLUMN when_stale TO any_when_stale;
ALTER TABLE connections ADD COLUMN when_stale TEXT NOT NULL DEFAULT 'use-last-known'
    CHECK (when_stale IN ('use-last-known', 'stop-offering', 'ignore-calendar'));
UPDATE connections SET when_stale = any_when_stale;
ALTER TABLE connections DROP COLUMN any_when_stale;

DROP INDEX external_instances_span;
ALTER TABLE external_instances RENAME COLUMN blocks TO any_blocks;
ALTER TABLE external_instances ADD COLUMN blocks TEXT NOT NULL DEFAULT 'busy'
    CHECK (blocks IN ('busy', 'tentative', 'all-day', 'not-understood', 'transparent', 'cancelled', 'declined'));
UPDATE external_instances SET blocks = any_blocks;
ALTER TABLE external_instances DROP COLUMN any_blocks;
CREATE INDEX external_instances_span ON external_instances (
    remote_calendar_id, ends_at, starts_at, (starts_at || ' ' || ends_at || ' ' || blocks)
);

ALTER TABLE booking_calendars RENAME COLUMN kind TO any_kind;
ALTER TABLE booking_calendars ADD COLUMN kind TEXT NOT NULL DEFAULT 'class-booking'
    CHECK (kind IN ('class-booking', 'round-robin', 'collective', 'service', 'personal', 'simple'));
UPDATE booking_calendars SET kind = any_kind;
ALTER TABLE booking_calendars DROP COLUMN any_kind;

ALTER TABLE booking_calendars RENAME COLUMN distribution TO any_distribution;
ALTER TABLE booking_calendars ADD COLUMN distribution TEXT NOT NULL DEFAULT 'availability'
    CHECK (distribution IN ('availability', 'equal'));
UPDATE booking_calendars SET distribution = any_distribution;
ALTER TABLE booking_calendars DROP COLUMN any_distribution;

ALTER TABLE calendar_members RENAME COLUMN priority TO any_priority;
ALTER TABLE calendar_members ADD COLUMN priority TEXT NOT NULL DEFAULT 'high' CHECK (priority IN ('high', 'medium', 'low'));
UPDATE calendar_members SET priority = any_priority;
ALTER TABLE calendar_members DROP COLUMN any_priority;

DROP INDEX appointments_to_confirm;
DROP INDEX appointments_unconfirmed;
DROP INDEX appointments_new;
ALTER TABLE appointments RENAME COLUMN status TO any_status;
ALTER TABLE appointments ADD COLUMN status TEXT NOT NULL DEFAULT 'new'
    CHECK (status IN ('new', 'confirmed', 'cancelled', 'showed', 'no-show', 'invalid'));
UPDATE appointments SET status = any_status;
ALTER TABLE appointments DROP COLUMN any_status;
CREATE INDEX appointments_to_confirm ON appointments (ends_at) WHERE status = 'new';
CREATE INDEX appointments_unconfirmed ON appointments (unconfirmed_until) WHERE status = 'new' AND unconfirmed_until IS NOT NULL;
CREATE INDEX appointments_new ON appointments (starts_at, id) WHERE status = 'new';

ALTER TABLE occupancy RENAME COLUMN owner_kind TO any_owner_kind;
ALTER TABLE occupancy ADD COLUMN owner_kind TEXT NOT NULL DEFAULT 'staff' CHECK (owner_kind IN ('staff', 'calendar', 'unit'));
UPDATE occupancy SET owner_kind = any_owner_kind;
ALTER TABLE occupancy DROP COLUMN any_owner_kind;

ALTER TABLE blocked_time RENAME COLUMN owner_kind TO any_owner_kind;
ALTER TABLE blocked_time ADD COLUMN owner_kind TEXT NOT NULL DEFAULT 'staff' CHECK (owner_kind IN ('staff', 'calendar', 'unit'));
UPDATE blocked_time SET owner_kind = any_owner_kind;
ALTER TABLE blocked_time DROP COLUMN any_owner_kind;

DROP INDEX event_writes_due;
DROP INDEX event_writes_planned;
DROP INDEX event_writes_open;
ALTER TABLE event_writes RENAME COLUMN state TO any_state;
ALTER TABLE event_writes ADD COLUMN state TEXT NOT NULL DEFAULT 'waiting'
    CHECK (state IN ('waiting', 'written', 'failed', 'changed-in-icloud', 'removed', 'no-calendar'));
UPDATE event_writes SET state = any_state;
ALTER TABLE event_writes DROP COLUMN any_state;
CREATE INDEX event_writes_due ON event_writes (state, next_attempt_at);
CREATE INDEX event_writes_planned ON event_writes (state, planned_at) WHERE state = 'waiting';
CREATE INDEX event_writes_open ON event_writes (remote_calendar_id) WHERE state IN ('waiting', 'failed');

ALTER TABLE event_writes RENAME COLUMN action TO any_action;
ALTER TABLE event_writes ADD COLUMN action TEXT NOT NULL DEFAULT 'put' CHECK (action IN ('put', 'delete'));
UPDATE event_writes SET action = any_action;
ALTER TABLE event_writes DROP COLUMN any_action;

ALTER TABLE messages RENAME COLUMN kind TO any_kind;
ALTER TABLE messages ADD COLUMN kind TEXT NOT NULL DEFAULT 'client-confirm'
    CHECK (kind IN ('client-confirm', 'client-booked', 'client-rescheduled', 'client-host-changed', 'client-cancelled',
        'client-declined', 'client-moved-up', 'client-reminder', 'waiting', 'waiting-over', 'host-booked', 'host-rescheduled',
        'host-cancelled', 'host-deleted', 'host-left', 'host-others-changed', 'session-cancelled', 'calendar-unreadable',
        'calendars-failing'));
UPDATE messages SET kind = any_kind;
ALTER TABLE messages DROP COLUMN any_kind;

DROP INDEX messages_due;
DROP INDEX messages_planned;
DROP INDEX messages_appointment;
DROP INDEX messages_tried;
ALTER TABLE messages RENAME COLUMN state TO any_state;
ALTER TABLE messages ADD COLUMN state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'failed'));
UPDATE messages SET state = any_state;
ALTER TABLE messages DROP COLUMN any_state;
CREATE INDEX messages_due ON messages (state, next_attempt_at);
CREATE INDEX messages_planned ON messages (state, planned_at) WHERE state = 'waiting';
CREATE INDEX messages_appointment ON messages (appointment_id, state);
CREATE INDEX messages_tried ON messages (next_attempt_at) WHERE state = 'waiting' AND attempts > 0;

CREATE VIEW watched_calendars AS
SELECT r.id, r.connection_id, c.staff_id, r.url, r.name, r.color, r.zone, r.readable, r.all_day_blocks, r.synced_at,
    r.vanished_at, r.horizon_to, r.search_fails, c.state, c.when_stale,
    COALESCE(s.primary_calendar_id = r.id, FALSE) AS is_primary
FROM remote_calendars r
JOIN connections c ON c.id = r.connection_id
JOIN staff s ON s.id = c.staff_id
WHERE c.disconnected_at IS NULL AND (r.checked_for_conflicts OR s.primary_calendar_id = r.id);

-- Columns of a primary key are made anew with their table.
CREATE TABLE changes_in_words (
    subject TEXT NOT NULL
        CHECK (subject IN ('booking-calendar', 'menu', 'workspace', 'resources', 'profile', 'appointment')),
    subject_id BLOB NOT NULL,
    version BIGINT NOT NULL CHECK (version >= 1),
    deed TEXT NOT NULL CHECK (deed IN ('saved', 'deleted')),
    staff_id BLOB,
    staff_name TEXT NOT NULL,
    at BIGINT NOT NULL,
    details TEXT NOT NULL,
    PRIMARY KEY (subject, subject_id, version)
);
INSERT INTO changes_in_words (subject, subject_id, version, deed, staff_id, staff_name, at, details)
SELECT subject, subject_id, version, deed, staff_id, staff_name, at, details FROM changes;
DROP TABLE changes;
ALTER TABLE changes_in_words RENAME TO changes;
CREATE INDEX changes_at ON changes (at);
CREATE INDEX changes_deleted ON changes (subject, at) WHERE deed = 'deleted';

CREATE TABLE link_keys_in_words (
    purpose TEXT PRIMARY KEY CHECK (purpose IN ('manage', 'mailed', 'waiting')),
    sealed BLOB NOT NULL
);
INSERT INTO link_keys_in_words (purpose, sealed) SELECT purpose, sealed FROM link_keys;
DROP TABLE link_keys;
ALTER TABLE link_keys_in_words RENAME TO link_keys;

-- A session of a Class Booking calendar: what its attendees share. It stays when everybody has left, so that one that was
-- called off is not offered again.
CREATE TABLE class_sessions (
    id BLOB PRIMARY KEY,
    calendar_id BLOB NOT NULL REFERENCES booking_calendars (id) ON DELETE CASCADE,
    host_id BLOB NOT NULL REFERENCES staff (id),
    starts_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    sequence BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    cancelled_at BIGINT,
    cancelled_by TEXT,
    UNIQUE (calendar_id, starts_at)
);

-- Who waits for a seat of a full session, first come, first served.
CREATE TABLE waiting_list (
    id BLOB PRIMARY KEY,
    session_id BLOB NOT NULL REFERENCES class_sessions (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    email TEXT NOT NULL,
    phone TEXT,
    notes TEXT,
    guests TEXT NOT NULL,
    client_zone TEXT NOT NULL,
    token_hash BLOB NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    UNIQUE (session_id, email)
);

ALTER TABLE appointments ADD COLUMN session_id BLOB REFERENCES class_sessions (id) ON DELETE SET NULL;
ALTER TABLE appointments ADD COLUMN guests TEXT NOT NULL DEFAULT '[]';
ALTER TABLE appointments ADD COLUMN overridden TEXT;
CREATE INDEX appointments_session ON appointments (session_id);

ALTER TABLE calendar_members ADD COLUMN joined_at BIGINT NOT NULL DEFAULT 0;

-- Who takes part in an appointment, and when: one row for each host, and for each service of a visit.
CREATE TABLE appointment_parts (
    appointment_id BLOB NOT NULL REFERENCES appointments (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    position BIGINT NOT NULL,
    host_id BLOB NOT NULL REFERENCES staff (id),
    starts_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    PRIMARY KEY (appointment_id, position)
);
CREATE INDEX appointment_parts_host ON appointment_parts (host_id, starts_at);
INSERT INTO appointment_parts (appointment_id, position, host_id, starts_at, ends_at)
SELECT id, 0, host_id, starts_at, ends_at FROM appointments WHERE host_id IS NOT NULL;

-- An event belongs to a part of an appointment, or to a session.
CREATE TABLE event_writes_of_subjects (
    id BLOB PRIMARY KEY,
    appointment_id BLOB REFERENCES appointments (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    part BIGINT NOT NULL DEFAULT 0,
    session_id BLOB REFERENCES class_sessions (id) ON DELETE CASCADE,
    host_id BLOB NOT NULL,
    connection_id BLOB REFERENCES connections (id) ON DELETE SET NULL,
    remote_calendar_id BLOB REFERENCES remote_calendars (id) ON DELETE SET NULL,
    uid TEXT NOT NULL,
    href TEXT,
    etag TEXT,
    written_ics TEXT,
    state TEXT NOT NULL,
    problem TEXT,
    action TEXT NOT NULL,
    live BOOLEAN NOT NULL,
    sequence BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    next_attempt_at BIGINT NOT NULL,
    lease_until BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    CHECK ((appointment_id IS NULL) <> (session_id IS NULL))
);
INSERT INTO event_writes_of_subjects (id, appointment_id, host_id, connection_id, remote_calendar_id, uid, href, etag,
    written_ics, state, problem, action, live, sequence, attempts, next_attempt_at, lease_until, created_at, updated_at)
SELECT id, appointment_id, host_id, connection_id, remote_calendar_id, uid, href, etag, written_ics, state, problem, action,
    live, sequence, attempts, next_attempt_at, lease_until, created_at, updated_at
FROM event_writes;
DROP TABLE event_writes;
ALTER TABLE event_writes_of_subjects RENAME TO event_writes;
CREATE INDEX event_writes_appointment ON event_writes (appointment_id);
CREATE INDEX event_writes_session ON event_writes (session_id);
CREATE INDEX event_writes_calendar ON event_writes (remote_calendar_id);
CREATE INDEX event_writes_due ON event_writes (state, next_attempt_at);

-- Staff may book over what is taken; nobody else may, and nobody may book over that.
ALTER TABLE occupancy ADD COLUMN overriding BOOLEAN NOT NULL DEFAULT FALSE;
DROP TRIGGER occupancy_insert;
DROP TRIGGER occupancy_update;

CREATE TRIGGER occupancy_insert BEFORE INSERT ON occupancy
WHEN NOT NEW.overriding AND EXISTS (
    SELECT 1 FROM occupancy WHERE host_id = NEW.host_id AND from_at < NEW.to_at AND to_at > NEW.from_at
)
BEGIN
    SELECT RAISE(ABORT, 'slot-taken');
END;

CREATE TRIGGER occupancy_update BEFORE UPDATE OF host_id, from_at, to_at, overriding ON occupancy
WHEN NOT NEW.overriding AND EXISTS (
    SELECT 1 FROM occupancy
    WHERE host_id = NEW.host_id AND from_at < NEW.to_at AND to_at > NEW.from_at AND id <> OLD.id
)
BEGIN
    SELECT RAISE(ABORT, 'slot-taken');
END;

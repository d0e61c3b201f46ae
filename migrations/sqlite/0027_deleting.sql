-- An appointment can be deleted while its event waits to be removed from a calendar, so a write outlives what it is of.
CREATE TABLE event_writes_that_stay (
    id BLOB PRIMARY KEY,
    appointment_id BLOB,
    part BIGINT NOT NULL DEFAULT 0,
    session_id BLOB,
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
    planned_at BIGINT NOT NULL DEFAULT 0,
    lease_until BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    CHECK ((appointment_id IS NULL) <> (session_id IS NULL))
);
INSERT INTO event_writes_that_stay (id, appointment_id, part, session_id, host_id, connection_id, remote_calendar_id, uid, href, etag,
    written_ics, state, problem, action, live, sequence, attempts, next_attempt_at, planned_at, lease_until, created_at, updated_at)
SELECT id, appointment_id, part, session_id, host_id, connection_id, remote_calendar_id, uid, href, etag,
    written_ics, state, problem, action, live, sequence, attempts, next_attempt_at, planned_at, lease_until, created_at, updated_at
FROM event_writes;
DROP TABLE event_writes;
ALTER TABLE event_writes_that_stay RENAME TO event_writes;
CREATE INDEX event_writes_appointment ON event_writes (appointment_id);
CREATE INDEX event_writes_session ON event_writes (session_id);
CREATE INDEX event_writes_due ON event_writes (state, next_attempt_at);
CREATE INDEX event_writes_planned ON event_writes (state, planned_at) WHERE state = 'waiting';
CREATE INDEX event_writes_open ON event_writes (remote_calendar_id) WHERE state IN ('waiting', 'failed');
CREATE INDEX event_writes_uid ON event_writes (uid);
CREATE INDEX event_writes_href ON event_writes (remote_calendar_id, href);
CREATE INDEX event_writes_text ON event_writes (updated_at) WHERE written_ics IS NOT NULL;

-- What was deleted lately.
CREATE INDEX changes_deleted ON changes (subject, at) WHERE deed = 'deleted';

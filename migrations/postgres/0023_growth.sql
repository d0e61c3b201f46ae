-- What was and will not change any more grows for years, and is looked at by nobody who asks for what is to come. How long the longest
-- appointment is tells where those begin that have not ended.
DROP INDEX appointments_start;
CREATE INDEX appointments_start ON appointments (starts_at, id);
CREATE INDEX appointments_length ON appointments ((ends_at - starts_at));
CREATE INDEX appointments_new ON appointments (starts_at, id) WHERE status = 'new';
CREATE INDEX appointments_end ON appointments (ends_at);
CREATE INDEX appointments_lately ON appointments (created_at) WHERE booked_by IS NULL;
CREATE INDEX appointments_network_age ON appointments (created_at) WHERE client_network IS NOT NULL;
CREATE INDEX class_sessions_span ON class_sessions (calendar_id, ends_at, starts_at);
CREATE INDEX class_sessions_host ON class_sessions (host_id, ends_at);
CREATE INDEX class_sessions_end ON class_sessions (ends_at);
DROP INDEX appointment_parts_host;
CREATE INDEX appointment_parts_host ON appointment_parts (host_id, starts_at, appointment_id);
DROP INDEX sessions_staff;
CREATE INDEX sessions_staff ON sessions (staff_id, expires_at);
CREATE INDEX occupancy_span ON occupancy (host_id, to_at, from_at);
CREATE INDEX occupancy_meeting ON occupancy (host_id, calendar_id, meeting_start);

-- A remote calendar's events that are not settled, those whose text is still kept, and those by which an event is known again.
CREATE INDEX event_writes_open ON event_writes (remote_calendar_id) WHERE state IN ('waiting', 'failed');
CREATE INDEX event_writes_uid ON event_writes (uid);
CREATE INDEX event_writes_href ON event_writes (remote_calendar_id, href);
DROP INDEX event_writes_calendar;
CREATE INDEX event_writes_text ON event_writes (updated_at) WHERE written_ics IS NOT NULL;

-- What belongs to an appointment goes with it. Mails that were tried are few among the reminders that wait.
DROP INDEX messages_appointment;
CREATE INDEX messages_appointment ON messages (appointment_id, state);
CREATE INDEX messages_tried ON messages (next_attempt_at) WHERE state = 'waiting' AND attempts > 0;
CREATE INDEX idempotency_keys_appointment ON idempotency_keys (appointment_id);

-- When old rows were last removed, and which time was taken for the present then: it follows the clock by small steps, so that a clock
-- that is ahead for a moment removes little. One row.
CREATE TABLE pruning (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    pruned_at BIGINT NOT NULL,
    present BIGINT NOT NULL
);

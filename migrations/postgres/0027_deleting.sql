-- An appointment can be deleted while its event waits to be removed from a calendar, so a write outlives what it is of.
ALTER TABLE event_writes DROP CONSTRAINT event_writes_appointment_id_fkey;
ALTER TABLE event_writes DROP CONSTRAINT event_writes_session_id_fkey;

-- What was deleted lately.
CREATE INDEX changes_deleted ON changes (subject, at) WHERE deed = 'deleted';

-- Why an appointment or a session was called off, as those concerned read it.
ALTER TABLE appointments ADD COLUMN cancel_reason TEXT;
ALTER TABLE class_sessions ADD COLUMN cancel_reason TEXT;

-- What is out of date is looked for often and must be found at once.
CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);
CREATE INDEX sessions_end ON sessions (expires_at);

-- Reminders are taken back with their appointment.
CREATE INDEX messages_appointment ON messages (appointment_id) WHERE state = 'waiting';

-- A key outlives the appointment that it made: the same request sent again is told that it was deleted, and books nothing anew.
CREATE TABLE idempotency_keys_that_stay (
    key TEXT PRIMARY KEY,
    body_hash BLOB NOT NULL,
    appointment_id BLOB NOT NULL,
    created_at BIGINT NOT NULL
);
INSERT INTO idempotency_keys_that_stay (key, body_hash, appointment_id, created_at)
SELECT key, body_hash, appointment_id, created_at FROM idempotency_keys;
DROP TABLE idempotency_keys;
ALTER TABLE idempotency_keys_that_stay RENAME TO idempotency_keys;
CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);
CREATE INDEX idempotency_keys_appointment ON idempotency_keys (appointment_id);

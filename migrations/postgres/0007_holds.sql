-- Visitors hold seats for a few minutes while they fill in the form. A seat is an appointment's or a visitor's.
ALTER TABLE occupancy DROP COLUMN hold_expires_at;
ALTER TABLE occupancy_seats ADD COLUMN holder BYTEA;
ALTER TABLE occupancy_seats ADD COLUMN hold_expires_at BIGINT;
ALTER TABLE occupancy_seats ADD CONSTRAINT occupancy_seats_owner CHECK ((appointment_id IS NULL) <> (holder IS NULL));
ALTER TABLE occupancy_seats ADD CONSTRAINT occupancy_seats_hold CHECK ((holder IS NULL) = (hold_expires_at IS NULL));
CREATE INDEX occupancy_seats_hold ON occupancy_seats (hold_expires_at) WHERE hold_expires_at IS NOT NULL;

-- Visitors hold seats for a few minutes while they fill in the form. A seat is an appointment's or a visitor's.
ALTER TABLE occupancy DROP COLUMN hold_expires_at;
CREATE TABLE occupancy_seats_with_holds (
    occupancy_id BLOB NOT NULL REFERENCES occupancy (id) ON DELETE CASCADE,
    seat BIGINT NOT NULL CHECK (seat >= 1),
    appointment_id BLOB REFERENCES appointments (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    holder BLOB,
    hold_expires_at BIGINT,
    PRIMARY KEY (occupancy_id, seat),
    CHECK ((appointment_id IS NULL) <> (holder IS NULL)),
    CHECK ((holder IS NULL) = (hold_expires_at IS NULL))
);
INSERT INTO occupancy_seats_with_holds (occupancy_id, seat, appointment_id)
SELECT occupancy_id, seat, appointment_id FROM occupancy_seats WHERE appointment_id IS NOT NULL;
DROP TABLE occupancy_seats;
ALTER TABLE occupancy_seats_with_holds RENAME TO occupancy_seats;
CREATE INDEX occupancy_seats_appointment ON occupancy_seats (appointment_id);
CREATE INDEX occupancy_seats_hold ON occupancy_seats (hold_expires_at) WHERE hold_expires_at IS NOT NULL;

CREATE TRIGGER occupancy_seats_insert BEFORE INSERT ON occupancy_seats
WHEN NEW.seat > (SELECT capacity FROM occupancy WHERE id = NEW.occupancy_id)
BEGIN
    SELECT RAISE(ABORT, 'slot-taken');
END;

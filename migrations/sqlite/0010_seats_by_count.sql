-- A seat can be numbered beyond a capacity that was lowered later: what is taken is counted, too, and no capacity is lowered
-- below it.
DROP TRIGGER occupancy_seats_insert;

CREATE TRIGGER occupancy_seats_insert BEFORE INSERT ON occupancy_seats
WHEN EXISTS (
    SELECT 1 FROM occupancy
    WHERE id = NEW.occupancy_id
        AND (capacity < NEW.seat OR capacity <= (SELECT COUNT(*) FROM occupancy_seats WHERE occupancy_id = NEW.occupancy_id))
)
BEGIN
    SELECT RAISE(ABORT, 'slot-taken');
END;

CREATE TRIGGER occupancy_seats_update BEFORE UPDATE OF occupancy_id, seat ON occupancy_seats
BEGIN
    SELECT RAISE(ABORT, 'slot-taken');
END;

CREATE TRIGGER occupancy_capacity BEFORE UPDATE OF capacity ON occupancy
WHEN NEW.capacity < (SELECT COUNT(*) FROM occupancy_seats WHERE occupancy_id = OLD.id)
BEGIN
    SELECT RAISE(ABORT, 'slot-taken');
END;

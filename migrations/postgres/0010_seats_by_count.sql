-- A seat can be numbered beyond a capacity that was lowered later: what is taken is counted, too, and no capacity is lowered
-- below it.
CREATE OR REPLACE FUNCTION seat_within_capacity() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    room BIGINT;
BEGIN
    SELECT capacity INTO room FROM occupancy WHERE id = NEW.occupancy_id FOR UPDATE;
    IF NEW.seat > room OR room <= (SELECT COUNT(*) FROM occupancy_seats WHERE occupancy_id = NEW.occupancy_id) THEN
        RAISE EXCEPTION 'slot-taken' USING ERRCODE = '23P01';
    END IF;
    RETURN NEW;
END
$$;

CREATE FUNCTION seat_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'slot-taken' USING ERRCODE = '23P01';
END
$$;

CREATE TRIGGER occupancy_seats_update BEFORE UPDATE OF occupancy_id, seat ON occupancy_seats
FOR EACH ROW EXECUTE FUNCTION seat_stays();

CREATE FUNCTION capacity_for_what_is_taken() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.capacity < (SELECT COUNT(*) FROM occupancy_seats WHERE occupancy_id = OLD.id) THEN
        RAISE EXCEPTION 'slot-taken' USING ERRCODE = '23P01';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER occupancy_capacity BEFORE UPDATE OF capacity ON occupancy
FOR EACH ROW EXECUTE FUNCTION capacity_for_what_is_taken();

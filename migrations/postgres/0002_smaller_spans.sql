-- A span that gets smaller takes no time that it did not have: it may lie beside an override that came later. So one of several who share a
-- start can leave although staff booked over it.
DROP TRIGGER occupancy_beside_overrides ON occupancy;

CREATE TRIGGER occupancy_beside_overrides_insert BEFORE INSERT ON occupancy
FOR EACH ROW WHEN (NOT NEW.overriding) EXECUTE FUNCTION no_overlap_with_an_override();

CREATE TRIGGER occupancy_beside_overrides_update BEFORE UPDATE OF owner_id, from_at, to_at, overriding ON occupancy
FOR EACH ROW WHEN (
    NOT NEW.overriding
    AND (NEW.owner_id <> OLD.owner_id OR OLD.overriding OR NEW.from_at < OLD.from_at OR NEW.to_at > OLD.to_at)
) EXECUTE FUNCTION no_overlap_with_an_override();

-- Whose calendar its events were taken for when their instances were worked out: the zone of whole days and of floating times, and
-- the owner's addresses. None compares the calendar by the next read.
ALTER TABLE remote_calendars ADD COLUMN read_for TEXT;

-- When a comparison that the server did not answer is to be tried again.
ALTER TABLE remote_calendars ADD COLUMN compare_again_at BIGINT;

-- When reading a calendar failed last. Later than now it was by a clock that was ahead, whose plan for the next try does not count.
ALTER TABLE remote_calendars ADD COLUMN failed_at BIGINT;
UPDATE remote_calendars SET failed_at = failing_since;

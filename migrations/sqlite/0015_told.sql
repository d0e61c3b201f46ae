-- How reading a calendar fails, apart from `problem`, which is about events within a calendar that can be read.
ALTER TABLE remote_calendars ADD COLUMN failure TEXT;
ALTER TABLE remote_calendars ADD COLUMN failing_since BIGINT;
ALTER TABLE remote_calendars ADD COLUMN failures BIGINT NOT NULL DEFAULT 0;
ALTER TABLE remote_calendars ADD COLUMN next_read_at BIGINT;
ALTER TABLE remote_calendars ADD COLUMN told_at BIGINT;
-- A problem could be either; the next read tells which.
UPDATE remote_calendars SET problem = NULL, ctag = NULL WHERE problem IS NOT NULL;

-- When the server first refused the login, which has not worked since.
ALTER TABLE connections ADD COLUMN refused_at BIGINT;

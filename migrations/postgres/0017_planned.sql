-- When the next try of something was planned. A plan that was made later than now is one of a clock that was ahead, however near its
-- time is. What waits already was planned nobody knows when: at its time is a guess that lets it be done at once if that is far.
DROP INDEX event_writes_untried;
DROP INDEX messages_untried;
DROP INDEX messages_tried;
ALTER TABLE connections ADD COLUMN planned_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE event_writes ADD COLUMN planned_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE messages ADD COLUMN planned_at BIGINT NOT NULL DEFAULT 0;
UPDATE connections SET planned_at = next_sync_at;
UPDATE event_writes SET planned_at = next_attempt_at WHERE state = 'waiting';
UPDATE messages SET planned_at = CASE WHEN attempts = 0 THEN created_at ELSE next_attempt_at END WHERE state = 'waiting';
-- Looked for often, and must be found at once. The column that is the same in all rows makes SQLite prefer these to the indexes of
-- what is due.
CREATE INDEX event_writes_planned ON event_writes (state, planned_at) WHERE state = 'waiting';
CREATE INDEX messages_planned ON messages (state, planned_at) WHERE state = 'waiting';

-- Whether a clock that was ahead planned something is looked for often, and must be found at once: what was never tried waits for
-- nothing, and what was tried waits for a day at most. Reminders, of which there are many, wait for their own day. The column
-- that is the same in all rows makes SQLite prefer these to the indexes of what is due.
CREATE INDEX event_writes_untried ON event_writes (state, next_attempt_at) WHERE state = 'waiting' AND attempts = 0;
CREATE INDEX messages_untried ON messages (state, created_at) WHERE state = 'waiting' AND attempts = 0;
CREATE INDEX messages_tried ON messages (state, next_attempt_at) WHERE state = 'waiting' AND attempts > 0;

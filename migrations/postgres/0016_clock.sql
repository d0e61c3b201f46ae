-- Whether a clock that was ahead planned something is looked for often, and must be found at once: what was never tried waits for
-- nothing, and what was tried waits for a day at most.
CREATE INDEX event_writes_untried ON event_writes (next_attempt_at) WHERE state = 'waiting' AND attempts = 0;
CREATE INDEX messages_untried ON messages (created_at) WHERE state = 'waiting' AND attempts = 0;
CREATE INDEX messages_tried ON messages (next_attempt_at) WHERE state = 'waiting' AND attempts > 0;

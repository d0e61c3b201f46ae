-- Where programs book too much, strangers send the solution of a puzzle, or a form that was open for some seconds.
ALTER TABLE booking_calendars ADD COLUMN ask_puzzle BOOLEAN NOT NULL DEFAULT FALSE;
-- Each puzzle counts once for each thing that can be done with it: a hash of both, and until when the puzzle would count.
CREATE TABLE spent_puzzles (
    hash BLOB PRIMARY KEY,
    expires_at BIGINT NOT NULL
);
CREATE INDEX spent_puzzles_expired ON spent_puzzles (expires_at);

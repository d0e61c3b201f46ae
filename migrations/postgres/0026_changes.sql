-- The record of changes: who changed or deleted what that several people may edit, and when. The version of a thing is the newest
-- one here; a thing without a row was never changed and has version 0. A subject that there is once has the id of zeros.
CREATE TABLE changes (
    subject TEXT NOT NULL,
    subject_id UUID NOT NULL,
    version BIGINT NOT NULL CHECK (version >= 1),
    deed TEXT NOT NULL,
    -- Who did it; nobody when the client or Quince itself did. Their name is kept beside, for when they have left.
    staff_id UUID,
    staff_name TEXT NOT NULL,
    at BIGINT NOT NULL,
    -- What was changed, as JSON: a list of what bookings writes there.
    details TEXT NOT NULL,
    PRIMARY KEY (subject, subject_id, version)
);
CREATE INDEX changes_at ON changes (at);

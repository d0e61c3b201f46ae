-- Blocked-off time has versions, too.
CREATE TABLE changes_of_more (
    subject TEXT NOT NULL
        CHECK (subject IN ('booking-calendar', 'menu', 'workspace', 'resources', 'profile', 'appointment', 'blocked-time')),
    subject_id BLOB NOT NULL,
    version BIGINT NOT NULL CHECK (version >= 1),
    deed TEXT NOT NULL CHECK (deed IN ('saved', 'deleted')),
    staff_id BLOB,
    at BIGINT NOT NULL,
    details TEXT NOT NULL,
    PRIMARY KEY (subject, subject_id, version)
);
INSERT INTO changes_of_more (subject, subject_id, version, deed, staff_id, at, details)
SELECT subject, subject_id, version, deed, staff_id, at, details FROM changes;
DROP TABLE changes;
ALTER TABLE changes_of_more RENAME TO changes;
CREATE INDEX changes_at ON changes (at);
CREATE INDEX changes_deleted ON changes (subject, at) WHERE deed = 'deleted';

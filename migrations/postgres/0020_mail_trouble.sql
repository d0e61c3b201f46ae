-- That mails cannot be sent, for a reason that is not their recipient's: one row from the first failure until one is sent.
CREATE TABLE mail_trouble (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    since BIGINT NOT NULL,
    problem TEXT NOT NULL,
    -- From then on people are told.
    alarm_at BIGINT NOT NULL,
    -- When the log told it.
    told_at BIGINT
);

-- A Simple calendar has nobody's time, but time of its own, which can be blocked off, too: whose it is need not be staff.
CREATE TABLE blocked_time_of_hosts (
    id BLOB PRIMARY KEY,
    host_id BLOB NOT NULL,
    starts_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    title TEXT NOT NULL,
    CHECK (starts_at < ends_at)
);
INSERT INTO blocked_time_of_hosts (id, host_id, starts_at, ends_at, title)
SELECT id, staff_id, starts_at, ends_at, title FROM blocked_time;
DROP TABLE blocked_time;
ALTER TABLE blocked_time_of_hosts RENAME TO blocked_time;
CREATE INDEX blocked_time_span ON blocked_time (host_id, ends_at, starts_at);

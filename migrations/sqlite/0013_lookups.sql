-- When each host was last booked is one look, however much they have had.
CREATE INDEX appointments_last ON appointments (calendar_id, host_id, created_at);

-- Busy time is answered by the index alone, which has the very text that is asked for.
DROP INDEX external_instances_span;
CREATE INDEX external_instances_span ON external_instances (
    remote_calendar_id, ends_at, starts_at, (starts_at || ' ' || ends_at || ' ' || blocks)
);

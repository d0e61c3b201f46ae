-- What could not be understood is looked up after every read.
CREATE INDEX external_events_problem ON external_events (remote_calendar_id, id) WHERE problem IS NOT NULL;

-- Every page of the staff tells how many appointments wait to be confirmed.
CREATE INDEX appointments_to_confirm ON appointments (ends_at) WHERE status = 'new';

-- A session of a Class Booking calendar: what its attendees share. It stays when everybody has left, so that one that was
-- called off is not offered again.
CREATE TABLE class_sessions (
    id UUID PRIMARY KEY,
    calendar_id UUID NOT NULL REFERENCES booking_calendars (id) ON DELETE CASCADE,
    host_id UUID NOT NULL REFERENCES staff (id),
    starts_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    sequence BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    cancelled_at BIGINT,
    cancelled_by TEXT,
    UNIQUE (calendar_id, starts_at)
);

-- Who waits for a seat of a full session, first come, first served.
CREATE TABLE waiting_list (
    id UUID PRIMARY KEY,
    session_id UUID NOT NULL REFERENCES class_sessions (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    email TEXT NOT NULL,
    phone TEXT,
    notes TEXT,
    guests TEXT NOT NULL,
    client_zone TEXT NOT NULL,
    token_hash BYTEA NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    UNIQUE (session_id, email)
);

ALTER TABLE appointments ADD COLUMN session_id UUID REFERENCES class_sessions (id) ON DELETE SET NULL;
ALTER TABLE appointments ADD COLUMN guests TEXT NOT NULL DEFAULT '[]';
ALTER TABLE appointments ADD COLUMN overridden TEXT;
CREATE INDEX appointments_session ON appointments (session_id);

ALTER TABLE calendar_members ADD COLUMN joined_at BIGINT NOT NULL DEFAULT 0;

-- Who takes part in an appointment, and when: one row for each host, and for each service of a visit.
CREATE TABLE appointment_parts (
    appointment_id UUID NOT NULL REFERENCES appointments (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    position BIGINT NOT NULL,
    host_id UUID NOT NULL REFERENCES staff (id),
    starts_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    PRIMARY KEY (appointment_id, position)
);
CREATE INDEX appointment_parts_host ON appointment_parts (host_id, starts_at);
INSERT INTO appointment_parts (appointment_id, position, host_id, starts_at, ends_at)
SELECT id, 0, host_id, starts_at, ends_at FROM appointments WHERE host_id IS NOT NULL;

-- An event belongs to a part of an appointment, or to a session.
ALTER TABLE event_writes ALTER COLUMN appointment_id DROP NOT NULL;
ALTER TABLE event_writes ADD COLUMN part BIGINT NOT NULL DEFAULT 0;
ALTER TABLE event_writes ADD COLUMN session_id UUID REFERENCES class_sessions (id) ON DELETE CASCADE;
ALTER TABLE event_writes ADD CONSTRAINT event_writes_subject CHECK ((appointment_id IS NULL) <> (session_id IS NULL));
CREATE INDEX event_writes_session ON event_writes (session_id);

-- Staff may book over what is taken; nobody else may, and nobody may book over that.
ALTER TABLE occupancy ADD COLUMN overriding BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE occupancy DROP CONSTRAINT occupancy_no_overlap;
ALTER TABLE occupancy ADD CONSTRAINT occupancy_no_overlap
    EXCLUDE USING gist (host_id WITH =, int8range(from_at, to_at) WITH &&) WHERE (NOT overriding);

CREATE FUNCTION no_overlap_with_an_override() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM occupancy
        WHERE host_id = NEW.host_id AND overriding AND from_at < NEW.to_at AND to_at > NEW.from_at AND id <> NEW.id
    ) THEN
        RAISE EXCEPTION 'slot-taken' USING ERRCODE = '23P01';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER occupancy_beside_overrides BEFORE INSERT OR UPDATE OF host_id, from_at, to_at, overriding ON occupancy
FOR EACH ROW WHEN (NOT NEW.overriding) EXECUTE FUNCTION no_overlap_with_an_override();

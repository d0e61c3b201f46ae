-- Equality on a UUID inside an exclusion constraint.
CREATE EXTENSION IF NOT EXISTS btree_gist;

-- The workspace: one row.
CREATE TABLE workspace (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    name TEXT NOT NULL,
    zone TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

-- Proves at every start that the secret key is the one that sealed this database's secrets.
CREATE TABLE key_check (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    sealed BYTEA NOT NULL
);

CREATE TABLE staff (
    id UUID PRIMARY KEY,
    email TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    role TEXT NOT NULL,
    zone TEXT NOT NULL,
    hours TEXT NOT NULL,
    overrides TEXT NOT NULL,
    when_stale TEXT NOT NULL,
    primary_calendar_id UUID,
    session_epoch BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);

-- A session is found by the hash of its id, so that a copy of this table signs nobody in.
CREATE TABLE sessions (
    id_hash BYTEA PRIMARY KEY,
    staff_id UUID REFERENCES staff (id) ON DELETE CASCADE,
    data TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX sessions_staff ON sessions (staff_id);

CREATE TABLE connections (
    id UUID PRIMARY KEY,
    staff_id UUID NOT NULL REFERENCES staff (id) ON DELETE CASCADE,
    server TEXT NOT NULL,
    entry_url TEXT NOT NULL,
    username TEXT NOT NULL,
    password_sealed BYTEA,
    principal_url TEXT NOT NULL,
    home_urls TEXT NOT NULL,
    addresses TEXT NOT NULL,
    state TEXT NOT NULL,
    problem TEXT,
    import_policy TEXT NOT NULL,
    connected_at BIGINT NOT NULL,
    synced_at BIGINT,
    next_sync_at BIGINT NOT NULL,
    lease_until BIGINT,
    failures BIGINT NOT NULL,
    outage_mailed_at BIGINT,
    disconnected_at BIGINT
);
CREATE INDEX connections_staff ON connections (staff_id);
CREATE INDEX connections_due ON connections (next_sync_at);

CREATE TABLE remote_calendars (
    id UUID PRIMARY KEY,
    connection_id UUID NOT NULL REFERENCES connections (id) ON DELETE CASCADE,
    url TEXT NOT NULL,
    name TEXT NOT NULL,
    color TEXT,
    zone TEXT,
    writable BOOLEAN NOT NULL,
    readable BOOLEAN NOT NULL,
    checked_for_conflicts BOOLEAN NOT NULL,
    all_day_blocks BOOLEAN NOT NULL,
    sync_token TEXT,
    ctag TEXT,
    synced_at BIGINT,
    horizon_to BIGINT,
    vanished_at BIGINT,
    problem TEXT,
    UNIQUE (connection_id, url)
);

CREATE TABLE external_events (
    id UUID PRIMARY KEY,
    remote_calendar_id UUID NOT NULL REFERENCES remote_calendars (id) ON DELETE CASCADE,
    href TEXT NOT NULL,
    etag TEXT,
    uid TEXT NOT NULL,
    ics TEXT NOT NULL,
    problem TEXT,
    UNIQUE (remote_calendar_id, href)
);

-- What the events mean within the horizon. Uid and recurrence do not identify an instance.
CREATE TABLE external_instances (
    event_id UUID NOT NULL REFERENCES external_events (id) ON DELETE CASCADE,
    remote_calendar_id UUID NOT NULL,
    starts_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    all_day_from TEXT,
    all_day_to TEXT,
    uid TEXT NOT NULL,
    summary TEXT NOT NULL,
    location TEXT,
    blocks TEXT NOT NULL
);
CREATE INDEX external_instances_event ON external_instances (event_id);
CREATE INDEX external_instances_span ON external_instances (remote_calendar_id, starts_at, ends_at);

CREATE TABLE booking_calendars (
    id UUID PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    kind TEXT NOT NULL,
    distribution TEXT NOT NULL,
    rules TEXT NOT NULL,
    location TEXT NOT NULL,
    color TEXT NOT NULL,
    auto_confirm BOOLEAN NOT NULL,
    active BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE TABLE calendar_members (
    calendar_id UUID NOT NULL REFERENCES booking_calendars (id) ON DELETE CASCADE,
    staff_id UUID NOT NULL REFERENCES staff (id) ON DELETE CASCADE,
    priority TEXT NOT NULL,
    weight BIGINT NOT NULL CHECK (weight >= 1),
    position BIGINT NOT NULL,
    PRIMARY KEY (calendar_id, staff_id)
);

CREATE TABLE appointments (
    id UUID PRIMARY KEY,
    calendar_id UUID NOT NULL REFERENCES booking_calendars (id),
    host_id UUID REFERENCES staff (id),
    name TEXT NOT NULL,
    email TEXT NOT NULL,
    phone TEXT,
    notes TEXT,
    client_zone TEXT NOT NULL,
    status TEXT NOT NULL,
    starts_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    pre_buffer BIGINT NOT NULL,
    post_buffer BIGINT NOT NULL,
    assignment_reason TEXT,
    manage_token_hash BYTEA NOT NULL UNIQUE,
    sequence BIGINT NOT NULL,
    booked_by UUID REFERENCES staff (id),
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    cancelled_at BIGINT,
    cancelled_by TEXT
);
CREATE INDEX appointments_calendar ON appointments (calendar_id, starts_at);
CREATE INDEX appointments_host ON appointments (host_id, starts_at);
CREATE INDEX appointments_start ON appointments (starts_at);

-- Who is taken when, buffers included. That no two rows of one host overlap is a rule of the database (scheduling.md).
-- The host is a staff member, or the booking calendar itself where nobody is assigned.
CREATE TABLE occupancy (
    id UUID PRIMARY KEY,
    host_id UUID NOT NULL,
    calendar_id UUID NOT NULL REFERENCES booking_calendars (id),
    meeting_start BIGINT NOT NULL,
    from_at BIGINT NOT NULL,
    to_at BIGINT NOT NULL,
    capacity BIGINT NOT NULL CHECK (capacity >= 1),
    hold_expires_at BIGINT,
    CHECK (from_at < to_at),
    CONSTRAINT occupancy_no_overlap EXCLUDE USING gist (host_id WITH =, int8range(from_at, to_at) WITH &&)
);

-- The appointments that share an occupied span: one seat each, never more than its capacity.
CREATE TABLE occupancy_seats (
    occupancy_id UUID NOT NULL REFERENCES occupancy (id) ON DELETE CASCADE,
    seat BIGINT NOT NULL CHECK (seat >= 1),
    appointment_id UUID REFERENCES appointments (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    PRIMARY KEY (occupancy_id, seat)
);
CREATE INDEX occupancy_seats_appointment ON occupancy_seats (appointment_id);

CREATE FUNCTION seat_within_capacity() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.seat > (SELECT capacity FROM occupancy WHERE id = NEW.occupancy_id FOR SHARE) THEN
        RAISE EXCEPTION 'slot-taken' USING ERRCODE = '23P01';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER occupancy_seats_insert BEFORE INSERT ON occupancy_seats
FOR EACH ROW EXECUTE FUNCTION seat_within_capacity();

CREATE TABLE blocked_time (
    id UUID PRIMARY KEY,
    staff_id UUID NOT NULL REFERENCES staff (id) ON DELETE CASCADE,
    starts_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    title TEXT NOT NULL,
    CHECK (starts_at < ends_at)
);
CREATE INDEX blocked_time_staff ON blocked_time (staff_id, starts_at);

-- The outbox of calendar writes: how each appointment's event stands in its host's calendar.
CREATE TABLE event_writes (
    id UUID PRIMARY KEY,
    appointment_id UUID NOT NULL REFERENCES appointments (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    host_id UUID NOT NULL,
    connection_id UUID REFERENCES connections (id) ON DELETE SET NULL,
    remote_calendar_id UUID REFERENCES remote_calendars (id) ON DELETE SET NULL,
    uid TEXT NOT NULL,
    href TEXT,
    etag TEXT,
    written_ics TEXT,
    state TEXT NOT NULL,
    problem TEXT,
    action TEXT NOT NULL,
    live BOOLEAN NOT NULL,
    sequence BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    next_attempt_at BIGINT NOT NULL,
    lease_until BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX event_writes_appointment ON event_writes (appointment_id);
CREATE INDEX event_writes_calendar ON event_writes (remote_calendar_id);
CREATE INDEX event_writes_due ON event_writes (state, next_attempt_at);

-- The outbox of mails. They are rendered when they are sent, so that no link's secret lies here.
CREATE TABLE messages (
    id UUID PRIMARY KEY,
    appointment_id UUID REFERENCES appointments (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    staff_id UUID REFERENCES staff (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    recipient TEXT NOT NULL,
    detail TEXT NOT NULL,
    state TEXT NOT NULL,
    problem TEXT,
    attempts BIGINT NOT NULL,
    next_attempt_at BIGINT NOT NULL,
    lease_until BIGINT,
    created_at BIGINT NOT NULL
);
CREATE INDEX messages_due ON messages (state, next_attempt_at);

CREATE TABLE idempotency_keys (
    key TEXT PRIMARY KEY,
    body_hash BYTEA NOT NULL,
    appointment_id UUID NOT NULL REFERENCES appointments (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    created_at BIGINT NOT NULL
);

-- Everything that Quince keeps. The tables, columns and rules are the same on SQLite and on Postgres.
--
-- Instants are BIGINT: milliseconds since 1970-01-01 in UTC. Lengths and buffers are minutes. Local dates are ISO 8601.
-- Zones are IANA names. Ids are UUIDv7 of the instant at which a row was made.
-- A list or a setting that is always read whole is JSON; the Rust type that it is read as is named beside it.
-- What is called sealed is encrypted with the secret key, for its table and row alone, so that a copied value opens nowhere else.


-- ── The database itself ──

-- Equality on an id inside an exclusion constraint.
CREATE EXTENSION IF NOT EXISTS btree_gist;

-- Proves at every start that the secret key is the one that sealed this database's secrets. One row.
CREATE TABLE key_check (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    sealed BYTEA NOT NULL
);
COMMENT ON TABLE key_check IS 'Proves at every start that the secret key is the one that sealed this database''s secrets. One row.';

-- The keys that links in mails are made with. They stay when the secret key is changed, so links do, too.
CREATE TABLE link_keys (
    purpose TEXT PRIMARY KEY CHECK (purpose IN ('manage', 'mailed', 'waiting')),
    sealed BYTEA NOT NULL
);
COMMENT ON TABLE link_keys IS 'The keys that links in mails are made with. They stay when the secret key is changed, so links do, too.';

-- Written by whoever asks whether the database can be written to. One row.
CREATE TABLE write_check (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    written_at BIGINT NOT NULL
);
COMMENT ON TABLE write_check IS 'Written by whoever asks whether the database can be written to. One row.';

-- When old rows were last removed. One row.
CREATE TABLE pruning (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    pruned_at BIGINT NOT NULL,
    -- The instant that was taken for the present then: it follows the clock by small steps, so that a clock that is ahead for a
    -- moment removes little.
    present BIGINT NOT NULL
);
COMMENT ON TABLE pruning IS 'When old rows were last removed. One row.';


-- ── The workspace and its team ──

-- The workspace. One row.
CREATE TABLE workspace (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    name TEXT NOT NULL,
    zone TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
COMMENT ON TABLE workspace IS 'The workspace. One row.';

-- Days on which the whole workspace is closed.
CREATE TABLE holidays (
    date TEXT PRIMARY KEY,
    name TEXT NOT NULL
);
COMMENT ON TABLE holidays IS 'Days on which the whole workspace is closed.';

-- The team: who can sign in and be booked.
CREATE TABLE staff (
    id UUID PRIMARY KEY,
    -- In lower case.
    email TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    -- Argon2id
    password_hash TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('owner', 'admin', 'staff')),
    -- In which their hours are.
    zone TEXT NOT NULL,
    -- JSON: scheduling::WeeklyHours
    hours TEXT NOT NULL,
    -- The dates that differ. JSON: [scheduling::DateOverride]
    overrides TEXT NOT NULL,
    -- The remote calendar that their appointments are written to.
    primary_calendar_id UUID,
    -- Grows when all sessions of theirs end, as with a new password.
    session_epoch BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
COMMENT ON TABLE staff IS 'The team: who can sign in and be booked.';

-- Sessions of people who signed in, and of forms that were sent without script. A session is found by the hash of its id, so that a
-- copy of this table signs nobody in.
CREATE TABLE sessions (
    id_hash BYTEA PRIMARY KEY,
    staff_id UUID REFERENCES staff (id) ON DELETE CASCADE,
    -- The person's session_epoch when they signed in: a session ends with it.
    epoch BIGINT,
    -- What it remembers. JSON of the server's.
    data TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
COMMENT ON TABLE sessions IS
    'Sessions of people who signed in, and of forms that were sent without script. A session is found by the hash of its '
    'id, so that a copy of this table signs nobody in.';
CREATE INDEX sessions_staff ON sessions (staff_id, expires_at);
CREATE INDEX sessions_end ON sessions (expires_at);


-- ── Calendars on servers ──

-- Logins of staff members to calendar servers.
CREATE TABLE connections (
    id UUID PRIMARY KEY,
    staff_id UUID NOT NULL REFERENCES staff (id) ON DELETE CASCADE,
    server TEXT NOT NULL CHECK (server IN ('icloud', 'caldav')),
    entry_url TEXT NOT NULL,
    username TEXT NOT NULL,
    -- Sealed; NULL once disconnected.
    password_sealed BYTEA,
    principal_url TEXT NOT NULL,
    -- JSON: [text]
    home_urls TEXT NOT NULL,
    -- The mail addresses of the account. JSON: [text]
    addresses TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('connected', 'needs-attention', 'stale', 'disconnected')),
    problem TEXT,
    -- What becomes of events that are changed or deleted later.
    import_policy TEXT NOT NULL CHECK (import_policy IN ('keep-up', 'as-first-imported')),
    -- What happens while a calendar of it cannot be read.
    when_stale TEXT NOT NULL CHECK (when_stale IN ('use-last-known', 'stop-offering', 'ignore-calendar')),
    connected_at BIGINT NOT NULL,
    synced_at BIGINT,
    next_sync_at BIGINT NOT NULL,
    -- When the next read was planned. A plan that was made later than now is one of a clock that was ahead, and does not count.
    planned_at BIGINT NOT NULL,
    -- Until when it is in a worker's hands.
    lease_until BIGINT,
    -- How many reads failed in a row.
    failures BIGINT NOT NULL CHECK (failures >= 0),
    -- When the server first refused the login, which has not worked since.
    refused_at BIGINT,
    outage_mailed_at BIGINT,
    disconnected_at BIGINT
);
COMMENT ON TABLE connections IS 'Logins of staff members to calendar servers.';
CREATE INDEX connections_staff ON connections (staff_id);
CREATE INDEX connections_due ON connections (next_sync_at);

-- The calendars that were found on connections, with the choices made for each.
CREATE TABLE remote_calendars (
    id UUID PRIMARY KEY,
    connection_id UUID NOT NULL REFERENCES connections (id) ON DELETE CASCADE,
    url TEXT NOT NULL,
    name TEXT NOT NULL,
    -- #rrggbb
    color TEXT,
    -- The zone that it names, in which its all-day events lie.
    zone TEXT,
    writable BOOLEAN NOT NULL,
    readable BOOLEAN NOT NULL,
    checked_for_conflicts BOOLEAN NOT NULL,
    -- Whether all-day events that do not say whether they block, do.
    all_day_blocks BOOLEAN NOT NULL,
    -- Where the next incremental read starts, and the server's mark of the whole content.
    sync_token TEXT,
    ctag TEXT,
    synced_at BIGINT,
    -- Up to when its events are kept as instances, and up to when they were wanted: fewer are kept when there are too many.
    horizon_to BIGINT,
    horizon_wanted BIGINT,
    -- When all that lies in it was last compared with what is kept; NULL asks for that. And when to try again what the server did not
    -- answer.
    compared_at BIGINT,
    compare_again_at BIGINT,
    -- For which zone and addresses its events were understood; another mark asks for a comparison.
    read_for TEXT,
    -- The server's search by time fails or leaves out events, and why, as a sentence.
    search_fails BOOLEAN NOT NULL DEFAULT FALSE,
    search_problem TEXT,
    -- When it was found missing.
    vanished_at BIGINT,
    -- What is wrong with events in it, as a sentence.
    problem TEXT,
    -- Why it cannot be read, as a sentence, since when, how often in a row, when last, and when it is tried again.
    failure TEXT,
    failing_since BIGINT,
    failures BIGINT NOT NULL DEFAULT 0 CHECK (failures >= 0),
    failed_at BIGINT,
    next_read_at BIGINT,
    -- When its person was told of what is wrong at present.
    told_at BIGINT,
    UNIQUE (connection_id, url)
);
COMMENT ON TABLE remote_calendars IS 'The calendars that were found on connections, with the choices made for each.';

-- The primary and the conflict calendars of connected accounts: those whose events block time.
CREATE VIEW watched_calendars AS
SELECT r.id, r.connection_id, c.staff_id, r.url, r.name, r.color, r.zone, r.readable, r.all_day_blocks, r.synced_at,
    r.vanished_at, r.horizon_to, r.search_fails, c.state, c.when_stale,
    COALESCE(s.primary_calendar_id = r.id, FALSE) AS is_primary
FROM remote_calendars r
JOIN connections c ON c.id = r.connection_id
JOIN staff s ON s.id = c.staff_id
WHERE c.disconnected_at IS NULL AND (r.checked_for_conflicts OR s.primary_calendar_id = r.id);
COMMENT ON VIEW watched_calendars IS 'The primary and the conflict calendars of connected accounts: those whose events block time.';

-- The events in remote calendars that Quince did not write. Where events stay as first imported, one that was changed or deleted since
-- has up to two rows: as it was first imported, which is shown, and as it is on the server now, which is not. The instances of both
-- block.
CREATE TABLE external_events (
    id UUID PRIMARY KEY,
    remote_calendar_id UUID NOT NULL REFERENCES remote_calendars (id) ON DELETE CASCADE,
    href TEXT NOT NULL,
    etag TEXT,
    uid TEXT NOT NULL,
    -- Its iCalendar text; empty when it could not be read.
    ics TEXT NOT NULL,
    -- What could not be understood, as a sentence.
    problem TEXT,
    is_present BOOLEAN NOT NULL DEFAULT TRUE,
    is_shown BOOLEAN NOT NULL DEFAULT TRUE,
    UNIQUE (remote_calendar_id, href, is_present)
);
COMMENT ON TABLE external_events IS
    'The events in remote calendars that Quince did not write. Where events stay as first imported, one that was changed or '
    'deleted since has up to two rows: as it was first imported, which is shown, and as it is on the server now, which is '
    'not. The instances of both block.';
CREATE INDEX external_events_problem ON external_events (remote_calendar_id, id) WHERE problem IS NOT NULL;

-- What the events mean within the horizon of their calendar: the time that each takes, travel included. An event's uid and the place in
-- its series do not identify an instance.
CREATE TABLE external_instances (
    event_id UUID NOT NULL REFERENCES external_events (id) ON DELETE CASCADE,
    remote_calendar_id UUID NOT NULL,
    starts_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    -- The local dates of an all-day event: the first, and the one after the last.
    all_day_from TEXT,
    all_day_to TEXT,
    uid TEXT NOT NULL,
    summary TEXT NOT NULL,
    location TEXT,
    -- Whether and why it takes time.
    blocks TEXT NOT NULL CHECK (blocks IN (
        'busy', 'tentative', 'all-day', 'not-understood', 'transparent', 'cancelled', 'declined'
    ))
);
COMMENT ON TABLE external_instances IS
    'What the events mean within the horizon of their calendar: the time that each takes, travel included. An event''s uid '
    'and the place in its series do not identify an instance.';
CREATE INDEX external_instances_event ON external_instances (event_id);
-- A span's end comes first, so that what is over is not looked at. Busy time is answered by the index alone.
CREATE INDEX external_instances_span ON external_instances (remote_calendar_id, ends_at, starts_at, blocks);
-- How long the longest event is tells how far from an appointment those end that lie over it.
CREATE INDEX external_instances_length ON external_instances (remote_calendar_id, (ends_at - starts_at));


-- ── What can be booked ──

-- The booking calendars.
CREATE TABLE booking_calendars (
    id UUID PRIMARY KEY,
    -- The last part of its page's address.
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('class-booking', 'round-robin', 'collective', 'service', 'personal', 'simple')),
    -- How a round robin shares out appointments.
    distribution TEXT NOT NULL CHECK (distribution IN ('availability', 'equal')),
    -- When it can be booked. JSON: scheduling::Rules
    rules TEXT NOT NULL,
    -- What clients are asked besides who they are. JSON: [store::IntakeQuestion]
    questions TEXT NOT NULL DEFAULT '[]',
    location TEXT NOT NULL,
    -- #rrggbb
    color TEXT NOT NULL,
    -- Whether appointments are confirmed at once.
    auto_confirm BOOLEAN NOT NULL,
    -- Whether strangers confirm by a mail's link before anybody is told.
    confirm_by_mail BOOLEAN NOT NULL DEFAULT FALSE,
    -- Whether strangers send the solution of a puzzle, or a form that was open for some seconds.
    ask_puzzle BOOLEAN NOT NULL DEFAULT FALSE,
    active BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
COMMENT ON TABLE booking_calendars IS 'The booking calendars.';

-- Who can be booked in a booking calendar.
CREATE TABLE calendar_members (
    calendar_id UUID NOT NULL REFERENCES booking_calendars (id) ON DELETE CASCADE,
    staff_id UUID NOT NULL REFERENCES staff (id) ON DELETE CASCADE,
    priority TEXT NOT NULL CHECK (priority IN ('high', 'medium', 'low')),
    -- Their share where a round robin shares out equally.
    weight BIGINT NOT NULL CHECK (weight >= 1),
    position BIGINT NOT NULL CHECK (position >= 0),
    joined_at BIGINT NOT NULL,
    PRIMARY KEY (calendar_id, staff_id)
);
COMMENT ON TABLE calendar_members IS 'Who can be booked in a booking calendar.';

-- Rooms and equipment by sort, and how many there are of each.
CREATE TABLE resources (
    id UUID PRIMARY KEY,
    name TEXT NOT NULL,
    quantity BIGINT NOT NULL CHECK (quantity >= 0)
);
COMMENT ON TABLE resources IS 'Rooms and equipment by sort, and how many there are of each.';

-- What Service calendars have on their menus.
CREATE TABLE services (
    id UUID PRIMARY KEY,
    calendar_id UUID NOT NULL REFERENCES booking_calendars (id) ON DELETE CASCADE,
    position BIGINT NOT NULL CHECK (position >= 0),
    -- The heading under which it stands; may be empty.
    menu_group TEXT NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    -- How long a staff member works, and how long the client stays after that; minutes.
    duration BIGINT NOT NULL CHECK (duration >= 0),
    processing BIGINT NOT NULL CHECK (processing >= 0),
    -- Who may do it, the preferred first. JSON: [staff id]
    staff TEXT NOT NULL,
    -- The rooms and equipment that it needs. JSON: [[resource id, quantity]]
    resources TEXT NOT NULL
);
COMMENT ON TABLE services IS 'What Service calendars have on their menus.';
CREATE INDEX services_calendar ON services (calendar_id, position);


-- ── Appointments ──

-- Sessions of Class Booking calendars: what attendees share. One stays when everybody has left, so that one that was called off is not
-- offered again.
CREATE TABLE class_sessions (
    id UUID PRIMARY KEY,
    calendar_id UUID NOT NULL REFERENCES booking_calendars (id) ON DELETE CASCADE,
    host_id UUID NOT NULL REFERENCES staff (id),
    starts_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    -- Grows with every change that its event must follow.
    sequence BIGINT NOT NULL CHECK (sequence >= 0),
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    cancelled_at BIGINT,
    -- Who called it off, and which staff member.
    cancelled_by TEXT CHECK (cancelled_by IN ('client', 'staff')),
    cancelled_by_staff UUID REFERENCES staff (id)
        CHECK ((cancelled_by_staff IS NULL) = (cancelled_by IS NULL OR cancelled_by <> 'staff')),
    -- As those who took part read it.
    cancel_reason TEXT,
    UNIQUE (calendar_id, starts_at),
    CHECK (starts_at < ends_at)
);
COMMENT ON TABLE class_sessions IS
    'Sessions of Class Booking calendars: what attendees share. One stays when everybody has left, so that one that was '
    'called off is not offered again.';
CREATE INDEX class_sessions_span ON class_sessions (calendar_id, ends_at, starts_at);
CREATE INDEX class_sessions_host ON class_sessions (host_id, ends_at);
CREATE INDEX class_sessions_end ON class_sessions (ends_at);

-- What clients or staff booked. Which time it takes is in occupancy.
CREATE TABLE appointments (
    id UUID PRIMARY KEY,
    calendar_id UUID NOT NULL REFERENCES booking_calendars (id),
    -- Who holds it, or the first of those who do; nobody in a Simple calendar.
    host_id UUID REFERENCES staff (id),
    -- The session it has seats of, in a Class Booking calendar.
    session_id UUID REFERENCES class_sessions (id) ON DELETE SET NULL,
    -- The client.
    name TEXT NOT NULL,
    email TEXT NOT NULL,
    phone TEXT,
    notes TEXT,
    -- The names of those whom the client brings, each with a seat of their own. JSON: [text]
    guests TEXT NOT NULL DEFAULT '[]',
    -- JSON: [store::Answer]
    answers TEXT NOT NULL DEFAULT '[]',
    client_zone TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('new', 'confirmed', 'cancelled', 'showed', 'no-show', 'invalid')),
    starts_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    -- Minutes kept free before and after, as they were when it was booked.
    pre_buffer BIGINT NOT NULL CHECK (pre_buffer >= 0),
    post_buffer BIGINT NOT NULL CHECK (post_buffer >= 0),
    -- Why this host, as a sentence.
    assignment_reason TEXT,
    -- Who of a round robin of equal shares was there when it was given: whoever was away is not behind by it. NULL where nobody noted
    -- it. JSON: [staff id]
    members_there TEXT,
    -- SHA-256 of the secret in its client's link.
    manage_token_hash BYTEA NOT NULL UNIQUE,
    -- Grows with every change that its event must follow.
    sequence BIGINT NOT NULL CHECK (sequence >= 0),
    -- The staff member who booked it; NULL when its client did.
    booked_by UUID REFERENCES staff (id),
    -- Why it was not on offer, if a staff member booked it all the same: a JSON list of codes such as ["BOOKED","DAYLIMIT"].
    overridden TEXT,
    -- From which network a stranger sent it, and with which address, written in one way: what one of them sends is limited, and can be
    -- undone at once. NULL where it is not known, and where staff booked.
    client_network TEXT,
    address_key TEXT,
    -- Until when its client has to confirm it by mail; the time is theirs until then, and nobody is told. It stays when they did not, as
    -- the reason why the time was given back. NULL when they have, or need not.
    unconfirmed_until BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    cancelled_at BIGINT,
    -- Who called it off, and which staff member. NULL in a cancelled one that its client did not confirm in time.
    cancelled_by TEXT CHECK (cancelled_by IN ('client', 'staff')),
    cancelled_by_staff UUID REFERENCES staff (id)
        CHECK ((cancelled_by_staff IS NULL) = (cancelled_by IS NULL OR cancelled_by <> 'staff')),
    -- As those concerned read it.
    cancel_reason TEXT,
    CHECK (starts_at < ends_at)
);
COMMENT ON TABLE appointments IS 'What clients or staff booked. Which time it takes is in occupancy.';
CREATE INDEX appointments_calendar ON appointments (calendar_id, starts_at);
CREATE INDEX appointments_host ON appointments (host_id, starts_at);
CREATE INDEX appointments_session ON appointments (session_id);
CREATE INDEX appointments_start ON appointments (starts_at, id);
CREATE INDEX appointments_end ON appointments (ends_at);
-- How long the longest appointment is tells where those begin that have not ended.
CREATE INDEX appointments_length ON appointments ((ends_at - starts_at));
-- When each host was last booked is one look, however much they have had.
CREATE INDEX appointments_last ON appointments (calendar_id, host_id, created_at);
-- What waits to be confirmed, by the team and by clients.
CREATE INDEX appointments_new ON appointments (starts_at, id) WHERE status = 'new';
CREATE INDEX appointments_to_confirm ON appointments (ends_at) WHERE status = 'new';
CREATE INDEX appointments_unconfirmed ON appointments (unconfirmed_until) WHERE status = 'new' AND unconfirmed_until IS NOT NULL;
-- What strangers sent.
CREATE INDEX appointments_lately ON appointments (created_at) WHERE booked_by IS NULL;
CREATE INDEX appointments_network ON appointments (client_network, created_at) WHERE client_network IS NOT NULL;
CREATE INDEX appointments_network_age ON appointments (created_at) WHERE client_network IS NOT NULL;
CREATE INDEX appointments_address ON appointments (address_key, created_at) WHERE address_key IS NOT NULL;

-- Who takes part in an appointment, and when: one row for each host, and for each service of a visit.
CREATE TABLE appointment_parts (
    appointment_id UUID NOT NULL REFERENCES appointments (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    position BIGINT NOT NULL CHECK (position >= 0),
    host_id UUID NOT NULL REFERENCES staff (id),
    starts_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    -- Of a visit: the service, which may be off the menu by now, and its name when it was booked; when the client goes on, processing
    -- time included; and the units of rooms and equipment that are taken until then. JSON: [scheduling::UnitId]
    service_id UUID,
    service TEXT NOT NULL DEFAULT '',
    leaves_at BIGINT,
    units TEXT NOT NULL DEFAULT '[]',
    PRIMARY KEY (appointment_id, position),
    CHECK (starts_at < ends_at)
);
COMMENT ON TABLE appointment_parts IS 'Who takes part in an appointment, and when: one row for each host, and for each service of a visit.';
CREATE INDEX appointment_parts_host ON appointment_parts (host_id, starts_at, appointment_id);

-- Who waits for a seat of a full session, first come, first served.
CREATE TABLE waiting_list (
    id UUID PRIMARY KEY,
    session_id UUID NOT NULL REFERENCES class_sessions (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    email TEXT NOT NULL,
    phone TEXT,
    notes TEXT,
    -- JSON: [text]
    guests TEXT NOT NULL,
    -- JSON: [store::Answer]
    answers TEXT NOT NULL DEFAULT '[]',
    client_zone TEXT NOT NULL,
    -- SHA-256 of the secret in their link.
    token_hash BYTEA NOT NULL UNIQUE,
    -- As those of an appointment.
    client_network TEXT,
    address_key TEXT,
    created_at BIGINT NOT NULL,
    UNIQUE (session_id, email)
);
COMMENT ON TABLE waiting_list IS 'Who waits for a seat of a full session, first come, first served.';
CREATE INDEX waiting_list_network ON waiting_list (client_network) WHERE client_network IS NOT NULL;
CREATE INDEX waiting_list_address ON waiting_list (address_key) WHERE address_key IS NOT NULL;

-- What was answered to a request that may be sent again: it books once.
CREATE TABLE idempotency_keys (
    key TEXT PRIMARY KEY,
    -- SHA-256 of the request.
    body_hash BYTEA NOT NULL,
    -- The appointment that it booked, which may be deleted by now: a key outlives it.
    appointment_id UUID NOT NULL,
    created_at BIGINT NOT NULL
);
COMMENT ON TABLE idempotency_keys IS 'What was answered to a request that may be sent again: it books once.';
CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);
CREATE INDEX idempotency_keys_appointment ON idempotency_keys (appointment_id);


-- ── Time that is taken ──

-- Time that staff blocked off, their own or that of a Simple calendar.
CREATE TABLE blocked_time (
    id UUID PRIMARY KEY,
    owner_kind TEXT NOT NULL CHECK (owner_kind IN ('staff', 'calendar', 'unit')),
    owner_id UUID NOT NULL,
    starts_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    title TEXT NOT NULL,
    CHECK (starts_at < ends_at)
);
COMMENT ON TABLE blocked_time IS 'Time that staff blocked off, their own or that of a Simple calendar.';
CREATE INDEX blocked_time_span ON blocked_time (owner_id, ends_at, starts_at);

-- Whose time is taken when, buffers included: that of a staff member, of a Simple calendar, or of a unit of rooms and equipment. That no
-- two rows of one owner overlap is a rule of this database; staff may take time over what is taken, and nobody may take time over that.
CREATE TABLE occupancy (
    id UUID PRIMARY KEY,
    owner_kind TEXT NOT NULL CHECK (owner_kind IN ('staff', 'calendar', 'unit')),
    owner_id UUID NOT NULL,
    calendar_id UUID NOT NULL REFERENCES booking_calendars (id),
    meeting_start BIGINT NOT NULL,
    from_at BIGINT NOT NULL,
    to_at BIGINT NOT NULL,
    -- How many seats share it.
    capacity BIGINT NOT NULL CHECK (capacity >= 1),
    -- A staff member took it over what was there.
    overriding BOOLEAN NOT NULL DEFAULT FALSE,
    CHECK (from_at < to_at),
    CONSTRAINT occupancy_no_overlap
        EXCLUDE USING gist (owner_id WITH =, int8range(from_at, to_at) WITH &&) WHERE (NOT overriding)
);
COMMENT ON TABLE occupancy IS
    'Whose time is taken when, buffers included: that of a staff member, of a Simple calendar, or of a unit of rooms and '
    'equipment. That no two rows of one owner overlap is a rule of this database; staff may take time over what is taken, '
    'and nobody may take time over that.';
CREATE INDEX occupancy_span ON occupancy (owner_id, to_at, from_at);
CREATE INDEX occupancy_meeting ON occupancy (owner_id, calendar_id, meeting_start);

-- The seats of taken time: an appointment's, or those that a visitor holds for some minutes while they fill in the form. Never more than
-- the capacity.
CREATE TABLE occupancy_seats (
    occupancy_id UUID NOT NULL REFERENCES occupancy (id) ON DELETE CASCADE,
    seat BIGINT NOT NULL CHECK (seat >= 1),
    appointment_id UUID REFERENCES appointments (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    -- SHA-256 of a secret that only the visitor knows.
    holder BYTEA,
    hold_expires_at BIGINT,
    -- From which network it is held.
    client_network TEXT,
    PRIMARY KEY (occupancy_id, seat),
    CONSTRAINT occupancy_seats_owner CHECK ((appointment_id IS NULL) <> (holder IS NULL)),
    CONSTRAINT occupancy_seats_hold CHECK ((holder IS NULL) = (hold_expires_at IS NULL))
);
COMMENT ON TABLE occupancy_seats IS
    'The seats of taken time: an appointment''s, or those that a visitor holds for some minutes while they fill in the '
    'form. Never more than the capacity.';
CREATE INDEX occupancy_seats_appointment ON occupancy_seats (appointment_id);
CREATE INDEX occupancy_seats_hold ON occupancy_seats (hold_expires_at) WHERE hold_expires_at IS NOT NULL;
CREATE INDEX occupancy_seats_network ON occupancy_seats (client_network) WHERE client_network IS NOT NULL;

-- Nobody takes time that staff took over what was there, which the exclusion above does not look at.
CREATE FUNCTION no_overlap_with_an_override() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM occupancy
        WHERE owner_id = NEW.owner_id AND overriding AND from_at < NEW.to_at AND to_at > NEW.from_at AND id <> NEW.id
    ) THEN
        RAISE EXCEPTION 'slot-taken' USING ERRCODE = '23P01';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER occupancy_beside_overrides BEFORE INSERT OR UPDATE OF owner_id, from_at, to_at, overriding ON occupancy
FOR EACH ROW WHEN (NOT NEW.overriding) EXECUTE FUNCTION no_overlap_with_an_override();

-- Nobody takes a seat beyond the capacity. A seat can be numbered beyond one that was lowered later, so what is taken is counted, too.
CREATE FUNCTION seat_within_capacity() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    room BIGINT;
BEGIN
    SELECT capacity INTO room FROM occupancy WHERE id = NEW.occupancy_id FOR UPDATE;
    IF NEW.seat > room OR room <= (SELECT COUNT(*) FROM occupancy_seats WHERE occupancy_id = NEW.occupancy_id) THEN
        RAISE EXCEPTION 'slot-taken' USING ERRCODE = '23P01';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER occupancy_seats_insert BEFORE INSERT ON occupancy_seats
FOR EACH ROW EXECUTE FUNCTION seat_within_capacity();

CREATE FUNCTION seat_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'slot-taken' USING ERRCODE = '23P01';
END
$$;

CREATE TRIGGER occupancy_seats_update BEFORE UPDATE OF occupancy_id, seat ON occupancy_seats
FOR EACH ROW EXECUTE FUNCTION seat_stays();

-- No capacity is lowered below what is taken.
CREATE FUNCTION capacity_for_what_is_taken() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.capacity < (SELECT COUNT(*) FROM occupancy_seats WHERE occupancy_id = OLD.id) THEN
        RAISE EXCEPTION 'slot-taken' USING ERRCODE = '23P01';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER occupancy_capacity BEFORE UPDATE OF capacity ON occupancy
FOR EACH ROW EXECUTE FUNCTION capacity_for_what_is_taken();


-- ── What others are to learn ──

-- The outbox of events: one row for each event that Quince made of an appointment's part or of a session. The live row says how it stands
-- in its host's calendar; earlier rows remember events that were removed or are to be removed. A row stays when what it is of is deleted,
-- until its event is removed.
CREATE TABLE event_writes (
    id UUID PRIMARY KEY,
    appointment_id UUID,
    part BIGINT NOT NULL DEFAULT 0 CHECK (part >= 0),
    session_id UUID,
    host_id UUID NOT NULL,
    connection_id UUID REFERENCES connections (id) ON DELETE SET NULL,
    remote_calendar_id UUID REFERENCES remote_calendars (id) ON DELETE SET NULL,
    uid TEXT NOT NULL,
    -- Where it is and which version it has there, once that is known, and the iCalendar text that was written last.
    href TEXT,
    etag TEXT,
    written_ics TEXT,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'written', 'failed', 'changed-in-icloud', 'removed', 'no-calendar')),
    -- What is wrong, as a sentence.
    problem TEXT,
    action TEXT NOT NULL CHECK (action IN ('put', 'delete')),
    live BOOLEAN NOT NULL,
    -- Grows with every request to write.
    sequence BIGINT NOT NULL CHECK (sequence >= 0),
    attempts BIGINT NOT NULL CHECK (attempts >= 0),
    next_attempt_at BIGINT NOT NULL,
    -- When the next try was planned. A plan that was made later than now is one of a clock that was ahead, and does not count.
    planned_at BIGINT NOT NULL,
    -- Until when it is in a worker's hands.
    lease_until BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    CONSTRAINT event_writes_subject CHECK ((appointment_id IS NULL) <> (session_id IS NULL))
);
COMMENT ON TABLE event_writes IS
    'The outbox of events: one row for each event that Quince made of an appointment''s part or of a session. The live row '
    'says how it stands in its host''s calendar; earlier rows remember events that were removed or are to be removed. A row '
    'stays when what it is of is deleted, until its event is removed.';
CREATE INDEX event_writes_appointment ON event_writes (appointment_id);
CREATE INDEX event_writes_session ON event_writes (session_id);
CREATE INDEX event_writes_due ON event_writes (state, next_attempt_at);
-- Looked for often, and must be found at once. The column that is the same in all rows makes SQLite prefer it to the index of what is due.
CREATE INDEX event_writes_planned ON event_writes (state, planned_at) WHERE state = 'waiting';
CREATE INDEX event_writes_open ON event_writes (remote_calendar_id) WHERE state IN ('waiting', 'failed');
-- By which an event in a calendar is known again.
CREATE INDEX event_writes_uid ON event_writes (uid);
CREATE INDEX event_writes_href ON event_writes (remote_calendar_id, href);
-- Texts are forgotten when they are old.
CREATE INDEX event_writes_text ON event_writes (updated_at) WHERE written_ics IS NOT NULL;

-- The outbox of mails. They are rendered when they are sent, so that no link's secret lies here.
CREATE TABLE messages (
    id UUID PRIMARY KEY,
    appointment_id UUID REFERENCES appointments (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    -- Whom of the team it is for or about.
    staff_id UUID REFERENCES staff (id) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN (
        'client-confirm', 'client-booked', 'client-rescheduled', 'client-host-changed', 'client-cancelled', 'client-declined',
        'client-moved-up', 'client-reminder', 'waiting', 'waiting-over', 'host-booked', 'host-rescheduled', 'host-cancelled',
        'host-deleted', 'host-left', 'host-others-changed', 'session-cancelled', 'calendar-unreadable', 'calendars-failing'
    )),
    recipient TEXT NOT NULL,
    -- The address written in one way: mails to an address that nobody confirmed are limited. NULL where the limit does not count: mails
    -- to staff, and those that staff send again.
    recipient_key TEXT,
    -- What else its text needs, never a secret. JSON of the kind's own.
    detail TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'failed')),
    -- What is wrong, as a sentence.
    problem TEXT,
    attempts BIGINT NOT NULL CHECK (attempts >= 0),
    next_attempt_at BIGINT NOT NULL,
    -- As that of an event.
    planned_at BIGINT NOT NULL,
    lease_until BIGINT,
    created_at BIGINT NOT NULL,
    sent_at BIGINT
);
COMMENT ON TABLE messages IS 'The outbox of mails. They are rendered when they are sent, so that no link''s secret lies here.';
CREATE INDEX messages_appointment ON messages (appointment_id, state);
CREATE INDEX messages_recipient ON messages (recipient_key, sent_at) WHERE recipient_key IS NOT NULL;
CREATE INDEX messages_due ON messages (state, next_attempt_at);
CREATE INDEX messages_planned ON messages (state, planned_at) WHERE state = 'waiting';
-- Few among the reminders that wait.
CREATE INDEX messages_tried ON messages (next_attempt_at) WHERE state = 'waiting' AND attempts > 0;

-- That mails cannot be sent, for a reason that is not their recipient's. One row, from the first failure until one is sent.
CREATE TABLE mail_trouble (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    since BIGINT NOT NULL,
    problem TEXT NOT NULL,
    -- From then on people are told.
    alarm_at BIGINT NOT NULL,
    -- When the log told it.
    told_at BIGINT
);
COMMENT ON TABLE mail_trouble IS
    'That mails cannot be sent, for a reason that is not their recipient''s. One row, from the first failure until one is '
    'sent.';


-- ── Strangers ──

-- Addresses whose owner opened a link that was sent there.
CREATE TABLE confirmed_addresses (
    address_key TEXT PRIMARY KEY,
    confirmed_at BIGINT NOT NULL
);
COMMENT ON TABLE confirmed_addresses IS 'Addresses whose owner opened a link that was sent there.';

-- Puzzles that were solved. Each counts once for each thing that can be done with it.
CREATE TABLE spent_puzzles (
    -- SHA-256 of the puzzle and of what was done with it.
    hash BYTEA PRIMARY KEY,
    -- Until when the puzzle would count.
    expires_at BIGINT NOT NULL
);
COMMENT ON TABLE spent_puzzles IS 'Puzzles that were solved. Each counts once for each thing that can be done with it.';
CREATE INDEX spent_puzzles_expired ON spent_puzzles (expires_at);


-- ── What several people change ──

-- The record of changes: who changed or deleted what that several people may edit, and when. The version of a thing is its newest one
-- here; a thing without a row was never changed and has version 0.
CREATE TABLE changes (
    subject TEXT NOT NULL CHECK (subject IN (
        'booking-calendar', 'menu', 'workspace', 'resources', 'profile', 'appointment', 'blocked-time'
    )),
    -- Which; zeros for what there is once.
    subject_id UUID NOT NULL,
    version BIGINT NOT NULL CHECK (version >= 1),
    deed TEXT NOT NULL CHECK (deed IN ('saved', 'deleted')),
    -- The staff member who did it; NULL when the appointment's client did.
    staff_id UUID,
    at BIGINT NOT NULL,
    -- What was changed. JSON: a list of what bookings::versions writes there.
    details TEXT NOT NULL,
    PRIMARY KEY (subject, subject_id, version)
);
COMMENT ON TABLE changes IS
    'The record of changes: who changed or deleted what that several people may edit, and when. The version of a thing is '
    'its newest one here; a thing without a row was never changed and has version 0.';
CREATE INDEX changes_at ON changes (at);
CREATE INDEX changes_deleted ON changes (subject, at) WHERE deed = 'deleted';

-- What a Service calendar has on its menu. Who may do it, and what it needs, are JSON, as they are read whole.
CREATE TABLE services (
    id UUID PRIMARY KEY,
    calendar_id UUID NOT NULL REFERENCES booking_calendars (id) ON DELETE CASCADE,
    position BIGINT NOT NULL,
    menu_group TEXT NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    duration BIGINT NOT NULL,
    processing BIGINT NOT NULL,
    staff TEXT NOT NULL,
    resources TEXT NOT NULL
);
CREATE INDEX services_calendar ON services (calendar_id, position);

-- Rooms and equipment, by sort; how many there are of each.
CREATE TABLE resources (
    id UUID PRIMARY KEY,
    name TEXT NOT NULL,
    quantity BIGINT NOT NULL
);

-- Which service a part of a visit is, when its client goes on, and which units of rooms and equipment it has until then.
ALTER TABLE appointment_parts ADD COLUMN service_id UUID;
ALTER TABLE appointment_parts ADD COLUMN service TEXT NOT NULL DEFAULT '';
ALTER TABLE appointment_parts ADD COLUMN leaves_at BIGINT;
ALTER TABLE appointment_parts ADD COLUMN units TEXT NOT NULL DEFAULT '[]';

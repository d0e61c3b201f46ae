-- Whose time is taken or blocked off: a staff member's, a Simple calendar's own, or that of a room or a piece of equipment.
ALTER TABLE occupancy RENAME COLUMN host_id TO owner_id;
ALTER TABLE occupancy ADD COLUMN owner_kind TEXT NOT NULL DEFAULT 'staff';
UPDATE occupancy SET owner_kind = 'calendar' WHERE owner_id IN (SELECT id FROM booking_calendars);
UPDATE occupancy SET owner_kind = 'unit' WHERE owner_kind = 'staff' AND owner_id NOT IN (SELECT id FROM staff);
ALTER TABLE blocked_time RENAME COLUMN host_id TO owner_id;
ALTER TABLE blocked_time ADD COLUMN owner_kind TEXT NOT NULL DEFAULT 'staff';
UPDATE blocked_time SET owner_kind = 'calendar' WHERE owner_id IN (SELECT id FROM booking_calendars);

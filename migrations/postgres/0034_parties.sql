-- Who called an appointment or a session off: its client, or a staff member, by their id and not by a name that another can have, too.
-- Nobody did where the client did not confirm in time.
ALTER TABLE appointments RENAME COLUMN cancelled_by TO canceller;
ALTER TABLE appointments ADD COLUMN cancelled_by TEXT CHECK (cancelled_by IN ('client', 'staff'));
ALTER TABLE appointments ADD COLUMN cancelled_by_staff UUID REFERENCES staff (id)
    CHECK ((cancelled_by_staff IS NULL) = (cancelled_by IS NULL OR cancelled_by <> 'staff'));
UPDATE appointments SET cancelled_by = 'client' WHERE canceller = 'client';
UPDATE appointments SET cancelled_by = 'staff', cancelled_by_staff = found.staff_id
FROM (
    SELECT a.id, COALESCE(
        (SELECT c.staff_id FROM changes c
            WHERE c.subject = 'appointment' AND c.subject_id = a.id AND c.staff_name = a.canceller AND c.staff_id IS NOT NULL
            ORDER BY c.version DESC LIMIT 1),
        (SELECT s.id FROM staff s WHERE s.name = a.canceller ORDER BY s.created_at, s.id LIMIT 1)
    ) AS staff_id
    FROM appointments a WHERE a.canceller NOT IN ('client', 'nobody')
) found
WHERE found.id = appointments.id AND found.staff_id IS NOT NULL;
ALTER TABLE appointments DROP COLUMN canceller;

ALTER TABLE class_sessions RENAME COLUMN cancelled_by TO canceller;
ALTER TABLE class_sessions ADD COLUMN cancelled_by TEXT CHECK (cancelled_by IN ('client', 'staff'));
ALTER TABLE class_sessions ADD COLUMN cancelled_by_staff UUID REFERENCES staff (id)
    CHECK ((cancelled_by_staff IS NULL) = (cancelled_by IS NULL OR cancelled_by <> 'staff'));
UPDATE class_sessions SET cancelled_by = 'staff', cancelled_by_staff = found.staff_id
FROM (
    SELECT e.id, (SELECT s.id FROM staff s WHERE s.name = e.canceller ORDER BY s.created_at, s.id LIMIT 1) AS staff_id
    FROM class_sessions e WHERE e.canceller IS NOT NULL
) found
WHERE found.id = class_sessions.id AND found.staff_id IS NOT NULL;
ALTER TABLE class_sessions DROP COLUMN canceller;

-- Who changed something: a staff member, or else the client of the appointment that was changed.
UPDATE changes SET staff_id = (SELECT s.id FROM staff s WHERE s.name = changes.staff_name ORDER BY s.created_at, s.id LIMIT 1)
WHERE staff_id IS NULL AND staff_name <> 'The client';
ALTER TABLE changes DROP COLUMN staff_name;

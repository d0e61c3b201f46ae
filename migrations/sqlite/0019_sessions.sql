-- A session ends with the password that it was begun with, and after a month however much it is used.
ALTER TABLE sessions ADD COLUMN epoch INTEGER;
ALTER TABLE sessions ADD COLUMN created_at INTEGER NOT NULL DEFAULT 0;
UPDATE sessions SET epoch = (SELECT session_epoch FROM staff WHERE staff.id = sessions.staff_id);
-- They last two weeks without a visit.
UPDATE sessions SET created_at = expires_at - 1209600000;

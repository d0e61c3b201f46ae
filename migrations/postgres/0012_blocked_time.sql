-- A Simple calendar has nobody's time, but time of its own, which can be blocked off, too: whose it is need not be staff.
ALTER TABLE blocked_time DROP CONSTRAINT blocked_time_staff_id_fkey;
ALTER TABLE blocked_time RENAME COLUMN staff_id TO host_id;

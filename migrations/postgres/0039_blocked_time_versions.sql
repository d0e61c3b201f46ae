-- Blocked-off time has versions, too.
ALTER TABLE changes DROP CONSTRAINT changes_subject_check;
ALTER TABLE changes ADD CONSTRAINT changes_subject_check
    CHECK (subject IN ('booking-calendar', 'menu', 'workspace', 'resources', 'profile', 'appointment', 'blocked-time'));

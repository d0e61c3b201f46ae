-- A key outlives the appointment that it made: the same request sent again is told that it was deleted, and books nothing anew.
ALTER TABLE idempotency_keys DROP CONSTRAINT idempotency_keys_appointment_id_fkey;

-- What clients are asked besides who they are, and what they answered; as JSON.
ALTER TABLE booking_calendars ADD COLUMN questions TEXT NOT NULL DEFAULT '[]';
ALTER TABLE appointments ADD COLUMN answers TEXT NOT NULL DEFAULT '[]';
ALTER TABLE waiting_list ADD COLUMN answers TEXT NOT NULL DEFAULT '[]';

-- Who of a round robin of equal shares was there when an appointment was given, as a JSON list of their ids: whoever was away is not
-- behind by it. NULL where nobody noted it.
ALTER TABLE appointments ADD COLUMN members_there TEXT;

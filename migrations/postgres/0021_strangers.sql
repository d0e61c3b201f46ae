-- From which network a stranger sent something, and with which address, written in one way: what one of them sends is limited, and
-- can be undone at once. Nothing where it is not known, and where staff booked.
ALTER TABLE appointments ADD COLUMN client_network TEXT;
ALTER TABLE appointments ADD COLUMN address_key TEXT;
ALTER TABLE waiting_list ADD COLUMN client_network TEXT;
ALTER TABLE waiting_list ADD COLUMN address_key TEXT;
ALTER TABLE occupancy_seats ADD COLUMN client_network TEXT;
UPDATE appointments SET address_key = LOWER(email) WHERE booked_by IS NULL;
UPDATE waiting_list SET address_key = LOWER(email);
CREATE INDEX appointments_network ON appointments (client_network, created_at) WHERE client_network IS NOT NULL;
CREATE INDEX appointments_address ON appointments (address_key, created_at) WHERE address_key IS NOT NULL;
CREATE INDEX waiting_list_network ON waiting_list (client_network) WHERE client_network IS NOT NULL;
CREATE INDEX waiting_list_address ON waiting_list (address_key) WHERE address_key IS NOT NULL;
CREATE INDEX occupancy_seats_network ON occupancy_seats (client_network) WHERE client_network IS NOT NULL;

-- Mails to addresses that nobody confirmed are limited: whom a mail is for, written in the same way, and when it was sent. Nothing
-- where the limit does not count: mails to staff, and those that staff send again.
ALTER TABLE messages ADD COLUMN recipient_key TEXT;
ALTER TABLE messages ADD COLUMN sent_at BIGINT;
CREATE INDEX messages_recipient ON messages (recipient_key, sent_at) WHERE recipient_key IS NOT NULL;

-- Addresses whose owner opened a link that was sent there.
CREATE TABLE confirmed_addresses (
    address_key TEXT PRIMARY KEY,
    confirmed_at BIGINT NOT NULL
);

-- Where strangers book too much, they confirm by mail first: until then the time is theirs for some minutes, and nobody is told.
ALTER TABLE booking_calendars ADD COLUMN confirm_by_mail BOOLEAN NOT NULL DEFAULT FALSE;
-- Until when the client has to confirm. It stays when they did not, as the reason why the time was given back.
ALTER TABLE appointments ADD COLUMN unconfirmed_until BIGINT;
CREATE INDEX appointments_unconfirmed ON appointments (unconfirmed_until) WHERE status = 'new' AND unconfirmed_until IS NOT NULL;

-- The keys that links in mails are made with, sealed with the secret key. They stay when that is changed, so links do, too.
CREATE TABLE link_keys (
    purpose TEXT PRIMARY KEY,
    sealed BYTEA NOT NULL
);

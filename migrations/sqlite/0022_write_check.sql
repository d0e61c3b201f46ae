-- Written by whoever asks whether the database can be written to: one row.
CREATE TABLE write_check (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    written_at BIGINT NOT NULL
);

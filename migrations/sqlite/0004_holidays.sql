-- Days on which the whole workspace is closed. Dates are ISO 8601.
CREATE TABLE holidays (
    date TEXT PRIMARY KEY,
    name TEXT NOT NULL
);

-- The second schema. Times are milliseconds since 1970 in UTC.

-- Who was shown the recipients of an issue, and why.
CREATE TABLE disclosures (
    id    INTEGER PRIMARY KEY,
    at    INTEGER NOT NULL,
    issue TEXT NOT NULL,
    by    TEXT NOT NULL,
    why   TEXT NOT NULL
) STRICT;

-- What a person has asked of an issue that is leaving: to wait, or to send no more of it.
CREATE TABLE controls (
    issue TEXT PRIMARY KEY,
    what  TEXT NOT NULL CHECK (what IN ('paused', 'cancelled')),
    at    INTEGER NOT NULL
) STRICT;

-- How a copy that nobody knew about was settled, and on whose word.
CREATE TABLE resolutions (
    id       INTEGER PRIMARY KEY,
    at       INTEGER NOT NULL,
    delivery INTEGER NOT NULL REFERENCES deliveries (id),
    what     TEXT NOT NULL CHECK (what IN ('accepted', 'refused', 'resend')),
    by       TEXT NOT NULL
) STRICT;

-- The second schema. Times are milliseconds since 1970 in UTC.

-- Who was shown the recipients of an issue, and why.
CREATE TABLE disclosures (
    id    INTEGER PRIMARY KEY,
    at    INTEGER NOT NULL,
    issue TEXT NOT NULL,
    by    TEXT NOT NULL,
    why   TEXT NOT NULL
) STRICT;
